import { expect } from 'chai';
import { describe, it } from 'mocha';
import { checkAccess, requiredAccess } from './access.ts';
import { MANAGE, rights } from './rights.ts';
import type { KubeApi } from './cluster.ts';

const plain = { name: 'plain' };
const rich = { name: 'rich', rights: rights(['widgets'], MANAGE, 'widgets under test', 'example.org') };
const other = { name: 'other', rights: rights(['widgets'], ['get', 'watch'], 'looks at them', 'example.org') };

describe('what the suite needs to be allowed', () => {
  it('is asked for area by area', () => {
    const resources = (area: typeof plain): string[] => requiredAccess([area]).map((one) => one.resource);
    expect(resources(rich)).to.include('widgets');
    expect(resources(plain)).to.include('pods').and.not.include('widgets');
  });

  it('is asked for once where two areas need it', () => {
    const needed = requiredAccess([plain, rich, other]).filter(({ resource }) => resource === 'widgets');
    expect(needed.map(({ verb, areas }) => `${verb}: ${areas.join()}`)).to.deep.equal([
      'get: rich,other',
      ...['list: rich', 'create: rich', 'patch: rich', 'delete: rich', 'watch: other'],
    ]);
    const pods = requiredAccess([plain, rich]).find(({ resource }) => resource === 'pods');
    expect(pods?.areas).to.deep.equal(['plain', 'rich']);
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
    const answers = await checkAccess(api as unknown as KubeApi, [plain]);
    expect(answers.map((one) => one.permission)).to.deep.equal(requiredAccess([plain]));
    expect(
      answers.filter((one) => !one.allowed).map(({ permission }) => `${permission.verb} ${permission.resource}`),
    ).to.deep.equal(['create pods/exec']);
  });
});
