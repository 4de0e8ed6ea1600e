/** Least privilege: each verb of each role is taken away in turn, and a request has to be forbidden then. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadAll } from 'js-yaml';
import { describe, it } from 'mocha';
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
/** The suite's own role is made from the lists of the areas, which have a reason beside every verb (e2e/areas/rights.test.ts). */
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
});
