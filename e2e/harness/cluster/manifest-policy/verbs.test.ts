/** Least privilege: each verb of each role is taken away in turn, and a request has to be forbidden then. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadAll } from 'js-yaml';
import { describe, it } from 'mocha';
import { requiredAccess, checkAccess } from '../access.ts';
import type { KubeApi } from '../cluster.ts';
import { forbidden, type Grant, grantsOf, needs, publishers } from './verbs.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const folder = join(root, 'manifests');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.ya?ml$/.test(name));
const grants = files.flatMap((file) => {
  const text = readFileSync(join(folder, file), 'utf8').replace(/\$\{([A-Z_]+)\}/g, 'value-of-$1');
  return (loadAll(text) as (Parameters<typeof grantsOf>[1] | null)[]).flatMap((object) =>
    object === null ? [] : grantsOf(file, object),
  );
});
/** The suite's own role is made from the list in access.ts, which has a reason beside every verb. */
const own = 'node-helper/suite-access.yaml';
const roles = new Map<string, Grant[]>();
for (const grant of grants.filter(({ file }) => file !== own)) {
  const name = `${grant.file} ${grant.role}`;
  roles.set(name, [...(roles.get(name) ?? []), grant]);
}

describe('rights', () => {
  it('are given by the roles that have a list of needs or are their publisher’s, and by no other', () => {
    expect([...roles.keys()].sort()).to.deep.equal([...Object.keys(needs), ...Object.keys(publishers)].sort());
  });

  for (const [name, granted] of roles) {
    if (name in publishers) continue;
    const needed = needs[name] ?? [];
    it(`of ${name} suffice`, () => {
      expect(forbidden(granted, needed)).to.deep.equal([]);
    });
    for (const { verb, resource } of granted)
      it(`of ${name} without ${verb} ${resource}: a request is forbidden`, () => {
        const left = granted.filter((grant) => grant.verb !== verb || grant.resource !== resource);
        expect(forbidden(left, needed)).to.deep.equal([`${verb} ${resource}`]);
      });
  }

  it('are needed by requests that stand in the source, or for a reason', () => {
    for (const need of Object.values(needs).flat())
      if ('source' in need) expect(readFileSync(join(root, need.source), 'utf8'), need.source).to.include(need.text);
      else expect(need.reason.length).to.be.greaterThan(20);
  });

  it('of the suite itself: each one that is taken away is named before the run', async () => {
    const all = requiredAccess();
    for (const taken of all) {
      expect(taken.why.length, `${taken.verb} ${taken.resource}`).to.be.greaterThan(5);
      type Asked = { readonly spec: { readonly resourceAttributes: Readonly<Record<string, string | undefined>> } };
      const raw = (_method: string, _path: string, body: Asked) => {
        const { verb, group, resource, subresource } = body.spec.resourceAttributes;
        const name = subresource === undefined ? resource : `${resource ?? ''}/${subresource}`;
        const same = verb === taken.verb && (group ?? '') === taken.group && name === taken.resource;
        return Promise.resolve({ status: { allowed: !same } });
      };
      const answers = await checkAccess({ raw } as unknown as KubeApi);
      const refused = answers.filter(({ allowed }) => !allowed).map(({ permission }) => permission);
      const named = refused.map(({ group, resource, verb }) => `${verb} ${group} ${resource}`);
      expect([...new Set(named)]).to.deep.equal([`${taken.verb} ${taken.group} ${taken.resource}`]);
    }
  });
});
