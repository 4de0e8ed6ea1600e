import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, it } from 'mocha';

const bootstrap = fileURLToPath(new URL('bootstrap.mjs', import.meta.url));
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  execa(process.execPath, [bootstrap, ...args], { env, reject: false });

describe('bootstrap', () => {
  it('explains an option that npm swallowed instead of running the whole suite', async () => {
    const { exitCode, stderr } = await run(['e2e', 'conntrack'], { npm_config_grep: 'true' });
    expect(exitCode).to.equal(64);
    expect(stderr).to.equal(
      'staleproof: npm kept --grep for itself; options go after --, as in: npm run e2e -- --grep …',
    );
  });

  it('knows the options of each script', async () => {
    const { exitCode, stderr } = await run(['gc'], { npm_config_dry_run: 'true' });
    expect([exitCode, stderr.includes('npm run gc -- --dry-run')]).to.deep.equal([64, true]);
  });

  it('refuses a command that does not exist', async () => {
    const { exitCode, stderr } = await run(['no-such']);
    expect([exitCode, stderr]).to.deep.equal([
      64,
      'staleproof: there is no command no-such; package.json lists the scripts',
    ]);
  });

  it('goes on with a script that is called otherwise now, and says what to type', async () => {
    const { exitCode, stderr, stdout } = await run(['policy', '--help']);
    expect(exitCode).to.equal(0);
    expect(stderr).to.equal('staleproof: npm run policy goes with the next release; type: npm run prove -- policy');
    expect(stdout).to.contain('npm run prove -- policy');
  });

  it('passes the exit code of the command on', async () => {
    const { exitCode } = await run(['doctor', '--no-such-option']);
    expect(exitCode).to.equal(64);
  });
});
