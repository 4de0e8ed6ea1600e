/** What the suite may do on a cluster of somebody else's: the areas' lists against the manifest, and against a server that refuses. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { loadAll } from 'js-yaml';
import { describe, it } from 'mocha';
import { accessRules } from '../harness/cluster/access-role.ts';
import { checkAccess, requiredAccess } from '../harness/cluster/access.ts';
import type { KubeApi } from '../harness/cluster/cluster.ts';
import { areas } from './index.ts';

const manifest = new URL('../../manifests/node-helper/suite-access.yaml', import.meta.url);

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** `patch apps/statefulsets`, sorted: how a person groups them is left to him. */
const granted = (rules: readonly Rule[]): readonly string[] =>
  rules
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) => resources.flatMap((one) => verbs.map((verb) => `${verb} ${group}/${one}`))),
    )
    .sort();

describe('the rights of the suite', () => {
  it('are what the manifest for administrators grants', () => {
    const objects = loadAll(readFileSync(manifest, 'utf8')) as { kind: string; rules?: Rule[] }[];
    const role = objects.find((object) => object.kind === 'ClusterRole');
    expect(granted(role?.rules ?? [])).to.deep.equal(granted(accessRules(areas.all)));
  });

  it('are asked for before a run: each one that is taken away is named', async () => {
    const all = requiredAccess(areas.all);
    for (const taken of all) {
      expect(taken.why.length, `${taken.verb} ${taken.resource}`).to.be.greaterThan(5);
      type Asked = { readonly spec: { readonly resourceAttributes: Readonly<Record<string, string | undefined>> } };
      const raw = (_method: string, _path: string, body: Asked) => {
        const { verb, group, resource, subresource } = body.spec.resourceAttributes;
        const name = subresource === undefined ? resource : `${resource ?? ''}/${subresource}`;
        const same = verb === taken.verb && (group ?? '') === taken.group && name === taken.resource;
        return Promise.resolve({ status: { allowed: !same } });
      };
      const answers = await checkAccess({ raw } as unknown as KubeApi, areas.all);
      const refused = answers.filter(({ allowed }) => !allowed).map(({ permission }) => permission);
      const named = refused.map(({ group, resource, verb }) => `${verb} ${group} ${resource}`);
      expect([...new Set(named)]).to.deep.equal([`${taken.verb} ${taken.group} ${taken.resource}`]);
    }
  });
});
