/** Every manifest of ours against the rules: what breaks one needs a reason, and a reason needs something that it excuses. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadAll } from 'js-yaml';
import { describe, it } from 'mocha';
import { exceptions } from './exceptions.ts';
import { type ManifestObject, podSpecOf, violationsOf } from './rules.ts';

const folder = fileURLToPath(new URL('../../../../manifests', import.meta.url));

function objectsOf(file: string): readonly { readonly file: string; readonly object: ManifestObject }[] {
  // Placeholders outside of quotes would be read as flow mappings.
  const text = readFileSync(join(folder, file), 'utf8').replace(/\$\{([A-Z_]+)\}/g, 'value-of-$1');
  return (loadAll(text) as (ManifestObject | null)[]).flatMap((object) => (object === null ? [] : [{ file, object }]));
}

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.ya?ml$/.test(name));
const all = files.sort().flatMap(objectsOf);
const found = all.flatMap(({ file, object }) => violationsOf(object).map((violation) => `${file}: ${violation}`));

describe('manifests', () => {
  it('are all read: Pods, templates and roles are among them', () => {
    expect(all.filter(({ object }) => podSpecOf(object) !== undefined)).to.have.length.of.at.least(10);
    expect(all.filter(({ object }) => object.rules !== undefined)).to.have.length.of.at.least(6);
  });

  it('break no rule without a reason', () => {
    expect(found.filter((violation) => !exceptions.has(violation))).to.deep.equal([]);
  });

  it('have no exception that excuses nothing', () => {
    expect([...exceptions.keys()].filter((violation) => !found.includes(violation))).to.deep.equal([]);
    for (const [violation, reason] of exceptions) expect(reason.length, violation).to.be.greaterThan(20);
  });
});
