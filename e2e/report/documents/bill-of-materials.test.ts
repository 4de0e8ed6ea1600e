/** The documented command gives a bill of materials that names what the lock file installs, with hashes and known licences. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { before, describe, it } from 'mocha';
import { documentedCommands } from './documented-commands.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Permissive, or a choice that contains a permissive one. A new one is read before it is added. */
const AGREED = new Set([
  '(WTFPL OR MIT)',
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
]);

interface Component {
  readonly purl: string;
  readonly hashes?: readonly unknown[];
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string; readonly name?: string };
    readonly expression?: string;
  }[];
}
interface Bill {
  readonly bomFormat: string;
  readonly components: readonly Component[];
}
interface LockEntry {
  readonly version: string;
  readonly dev?: boolean;
}

function purlOf(path: string, version: string): string {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

describe('bill of materials', function () {
  this.timeout(60_000);
  let bill: Bill;
  let atRunTime: ReadonlySet<string>;
  let all: ReadonlySet<string>;

  before(async () => {
    const page = await readFile(new URL('../../../docs/dependencies.md', import.meta.url), 'utf8');
    const command = documentedCommands('docs/dependencies.md', page).find(({ words }) => words[1] === 'sbom');
    const [program = '', ...args] = command?.words ?? [];
    bill = JSON.parse((await execa(program, [...args, '--offline'], { cwd: root })).stdout) as Bill;
    const { packages } = JSON.parse(await readFile(`${root}/package-lock.json`, 'utf8')) as {
      readonly packages: Readonly<Record<string, LockEntry>>;
    };
    const entries = Object.entries(packages).filter(([path]) => path !== '');
    const purls = (some: typeof entries) => new Set(some.map(([path, { version }]) => purlOf(path, version)));
    all = purls(entries);
    atRunTime = purls(entries.filter(([, entry]) => entry.dev !== true));
  });

  it('is CycloneDX and names every package of the lock file', () => {
    expect(bill.bomFormat).to.equal('CycloneDX');
    expect(bill.components.map(({ purl }) => purl)).to.have.members([...all]);
  });

  it('has a hash for each', () => {
    const without = bill.components.filter(({ hashes }) => (hashes ?? []).length === 0);
    expect(without.map(({ purl }) => purl)).to.deep.equal([]);
  });

  it('has at run time no licence that was not agreed to', () => {
    const components = bill.components.filter(({ purl }) => atRunTime.has(purl));
    expect(components).to.have.length(atRunTime.size);
    const strange = components.flatMap(({ purl, licenses }) => {
      const names = (licenses ?? []).map((one) => one.expression ?? one.license?.id ?? one.license?.name ?? '');
      return names.length > 0 && names.every((name) => AGREED.has(name)) ? [] : [`${purl}: ${names.join(', ')}`];
    });
    expect(strange).to.deep.equal([]);
  });
});
