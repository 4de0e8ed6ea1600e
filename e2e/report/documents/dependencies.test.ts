/** A dependency that nobody justified, or a justification whose dependency has gone, fails here. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { documentedDependencies } from './dependencies.ts';
import { namedPaths } from './documented-commands.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}
interface Lock {
  readonly packages: Readonly<Record<string, { readonly link?: boolean; readonly integrity?: string }>>;
}

describe('dependencies', () => {
  it('are those of the table, in order, each under its heading', async () => {
    const manifest = JSON.parse(await readFile(at('package.json'), 'utf8')) as Manifest;
    const rows = documentedDependencies(await readFile(at('docs/dependencies.md'), 'utf8'));
    const named = (section: string) => rows.filter((row) => row.section === section).map((row) => row.name);
    expect(named('At run time')).to.deep.equal(Object.keys(manifest.dependencies));
    expect(named('For development')).to.deep.equal(Object.keys(manifest.devDependencies));
  });

  it('have every cell of their row filled, and are used where the row says', async () => {
    const text = await readFile(at('docs/dependencies.md'), 'utf8');
    for (const { name, cells } of documentedDependencies(text)) {
      expect(cells, name).to.have.length(4);
      for (const cell of cells) expect(cell, name).to.not.equal('');
      for (const path of namedPaths(cells[3] ?? '')) expect(existsSync(at(path)), `${name}: ${path}`).to.equal(true);
    }
  });

  it('are exact versions, and the lock file knows the hash of each package', async () => {
    const { dependencies, devDependencies } = JSON.parse(await readFile(at('package.json'), 'utf8')) as Manifest;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      expect(version, name).to.match(/^\d+\.\d+\.\d+$/);
    const lock = JSON.parse(await readFile(at('package-lock.json'), 'utf8')) as Lock;
    const unhashed = Object.entries(lock.packages).filter(
      ([path, entry]) => path !== '' && entry.link !== true && entry.integrity === undefined,
    );
    expect(unhashed.map(([path]) => path)).to.deep.equal([]);
  });

  it('are read row by row: a row that is missing or empty is seen', () => {
    const rows = documentedDependencies('## At run time\n\n| package | what |\n| --- | --- |\n| `a` | | b |\n');
    expect(rows).to.deep.equal([{ name: 'a', section: 'At run time', cells: ['', 'b'] }]);
  });
});
