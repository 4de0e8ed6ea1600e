/** A fifth area is one folder, a page, and one line: everything that lists areas knows it then, and nothing else was touched. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dns = fileURLToPath(new URL('testdata/dns', import.meta.url));
const copied = ['e2e', 'hack', 'fixtures', 'manifests', 'docs', 'reports/conformance', 'package.json', 'tsconfig.json'];

describe('a fifth area', function () {
  // The linter reads the types of the whole copy.
  this.timeout(400_000);
  let copy = '';
  const node = async (...args: string[]): Promise<string> => {
    const result = await execa(process.execPath, ['--import', 'tsx', ...args], { cwd: copy, reject: false, all: true });
    expect(result.exitCode, result.all).to.equal(0);
    return result.stdout;
  };
  /** An expression on modules of the copy; its value comes back as JSON. */
  const ask = async (imports: string, expression: string): Promise<unknown> =>
    JSON.parse(await node('--input-type=module', '-e', `${imports}; console.log(JSON.stringify(${expression}))`));

  before(() => {
    copy = mkdtempSync(join(tmpdir(), 'staleproof-fifth-'));
    for (const name of [...copied, 'eslint.config.js'])
      cpSync(join(root, name), join(copy, name), { recursive: true, filter: (path) => !path.includes('node_modules') });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    // All that a newcomer does.
    cpSync(dns, join(copy, 'e2e/areas/dns'), { recursive: true });
    writeFileSync(join(copy, 'docs/dns.md'), '# Names\n\nWhether names resolve to the pods of now.\n');
    const index = join(copy, 'e2e/areas/index.ts');
    const line = "  (await import('./dns/area.ts')).dns,\n";
    writeFileSync(index, readFileSync(index, 'utf8').replace(']);', `${line}]);`));
  });
  after(() => rmSync(copy, { recursive: true, force: true }));

  it('is listed with its specs, subjects, tags and options', async () => {
    expect(await node('e2e/cli.ts', '--list', '--tags', 'dns && headless')).to.match(/^dns\/answers-follow-pods {2}/);
    expect(await node('e2e/cli.ts', '--list-subjects')).to.match(/^coredns\+no-expiry +dns-server /m);
    expect(await node('e2e/cli.ts', '--list-tags'))
      .to.match(/^ *dns +a name must/m)
      .and.match(/^ *headless /m);
    expect(await node('e2e/cli.ts', '--help')).to.include('--dns-zone ZONE');
  });

  it('has its place in the kill matrix', async () => {
    expect((await node('e2e/commands/mutants.ts', '--list', '--area', 'dns')).trim().split('\n')).to.deep.equal([
      '1. coredns (good) on ipv4, cluster kept: dns/answers-follow-pods',
      '2. coredns+no-expiry (known bad) on ipv4: dns/answers-follow-pods',
    ]);
  });

  it('is in doctor’s rows and in CI', async () => {
    const imports = [
      "import { areas } from './e2e/areas/index.ts'",
      "import { requiredAccess } from './e2e/harness/cluster/access.ts'",
      "import { accessRows } from './e2e/compose/doctor-cluster.ts'",
      "import { lanes } from './hack/ci/lanes.ts'",
    ].join(';');
    const answers = 'requiredAccess(areas.all).map((permission) => ({ permission, allowed: true, reason: "" }))';
    const rows = (await ask(imports, `accessRows(${answers}, 'mine')`)) as { what: string; neededBy: string }[];
    expect(rows.find(({ what }) => what === 'dnszones.dns.example.org')?.neededBy).to.equal('dns: zones under test');
    expect(rows.find(({ what }) => what === 'pods')?.neededBy).to.match(/\bdns\b/);
    expect(await ask(imports, 'lanes.map(({ name }) => name)')).to.include('dns on coredns');
  });

  it('is documented', async () => {
    await node('e2e/commands/report.ts', 'docs');
    const contents = readFileSync(join(copy, 'docs/README.md'), 'utf8');
    expect(contents.indexOf('[Names](dns.md)')).to.be.within(1, contents.indexOf('## How to'));
    expect(readFileSync(join(copy, 'docs/specs.md'), 'utf8')).to.match(/^## dns$/m);
  });

  it('is a room to the linter, and its doors are watched', async () => {
    const lint = () =>
      execa('npx', ['eslint', 'e2e/areas/dns'], { cwd: copy, reject: false, preferLocal: true, localDir: root });
    const good = await lint();
    expect(good.exitCode, good.stdout).to.equal(0);
    const away = "import { areas } from '../../index.ts';\n\nexport const names = areas.names;\n";
    writeFileSync(join(copy, 'e2e/areas/dns/subjects/nosy.ts'), away);
    expect((await lint()).stdout).to.include('may not import e2e/areas/index.ts');
  });
});
