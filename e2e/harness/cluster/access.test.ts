import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { load, loadAll } from 'js-yaml';
import { describe, it } from 'mocha';
import { accessRules } from './access-role.ts';
import { checkAccess, requiredAccess } from './access.ts';
import type { KubeApi } from './cluster.ts';

const manifest = new URL('../../../manifests/node-helper/suite-access.yaml', import.meta.url);

describe('what the suite needs to be allowed', () => {
  it('is what the manifest for administrators grants', () => {
    const objects = loadAll(readFileSync(manifest, 'utf8')) as { kind: string; rules?: unknown }[];
    const role = objects.find((object) => object.kind === 'ClusterRole');
    expect(role?.rules).to.deep.equal(load(JSON.stringify(accessRules())));
  });

  it('is asked for area by area', () => {
    const resources = (area: 'udp' | 'race'): string[] => requiredAccess([area]).map((one) => one.resource);
    expect(resources('race')).to.include('policyendpoints');
    expect(resources('udp')).not.to.include('policyendpoints');
  });

  it('is answered verb by verb, in order', async () => {
    const api = {
      raw: (
        _method: string,
        _path: string,
        body: { spec: { resourceAttributes: { verb: string; resource: string; subresource?: string } } },
      ) => {
        const { verb, resource, subresource } = body.spec.resourceAttributes;
        return Promise.resolve({
          status: { allowed: !(resource === 'pods' && subresource === 'exec' && verb === 'create'), reason: 'r' },
        });
      },
    };
    const answers = await checkAccess(api as unknown as KubeApi, ['udp']);
    expect(answers.map((one) => one.permission)).to.deep.equal(requiredAccess(['udp']));
    expect(
      answers.filter((one) => !one.allowed).map(({ permission }) => `${permission.verb} ${permission.resource}`),
    ).to.deep.equal(['create pods/exec']);
  });
});
