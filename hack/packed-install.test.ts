/** Another project installs the package into an empty folder and runs an area from there. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';

const root = fileURLToPath(new URL('..', import.meta.url));
const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];

describe('the package, installed elsewhere', function () {
  this.timeout(240_000);
  let folder = '';
  let elsewhere = '';
  const npx = (...args: string[]) =>
    execa('npx', ['--no-install', 'staleproof', ...args], { cwd: elsewhere, reject: false, timeout: 180_000 });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'staleproof-packed-'));
    elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    const { stdout } = await execa('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root });
    const [{ filename = '' } = {}] = JSON.parse(stdout) as { filename?: string }[];
    const archive = join(folder, filename);
    await execa('npm', ['install', '--omit=dev', '--prefer-offline', ...quiet, archive], { cwd: elsewhere });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('lists what the checkout lists', async () => {
    const here = await execa(process.execPath, ['--import', 'tsx', 'e2e/cli.ts', '--list', 'json'], { cwd: root });
    const ids = (text: string): unknown => (JSON.parse(text) as { id: string }[]).map(({ id }) => id);
    expect(ids((await npx('--list', 'json')).stdout)).to.deep.equal(ids(here.stdout));
  });

  it('knows the other commands, and says so of one that is none', async () => {
    expect((await npx('report', '--help')).stdout).to.contain('npm run report -- <command>');
    const wrong = await npx('frobnicate');
    expect([wrong.exitCode, wrong.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 64 && text.includes('no command frobnicate'),
    );
  });

  it('runs an area and writes its reports beside the caller', async function () {
    // Balancers are network namespaces of this machine.
    const tools = await execa('sh', ['-c', 'command -v nft tcpdump python3'], { reject: false });
    if (process.getuid?.() !== 0 || tools.failed) this.skip();
    const run = await npx('--subject', 'node-socket+keepalive', '--focus', 'watch/tcp-reset-now');
    expect(run.stdout).to.contain('1 passed, 0 failed, 0 skipped');
    expect(run.exitCode).to.equal(0);
    expect(existsSync(join(elsewhere, 'reports/latest/index.html'))).to.equal(true);
    expect(await readFile(join(elsewhere, 'reports/latest/results.jsonl'), 'utf8')).to.contain('"verdict":"pass"');
  });

  it('leaves tests at home', async () => {
    const files = await readdir(join(elsewhere, 'node_modules/staleproof'), { recursive: true });
    expect(files.filter((name) => name.endsWith('.test.ts'))).to.deep.equal([]);
  });
});
