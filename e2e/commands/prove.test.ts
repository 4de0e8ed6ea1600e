import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { describe, it } from 'mocha';

const root = fileURLToPath(new URL('../..', import.meta.url));
const prove = (...words: readonly string[]) =>
  execa(process.execPath, ['--import', 'tsx', 'e2e/commands/prove.ts', ...words], { cwd: root, reject: false });

describe('prove', function () {
  this.timeout(60_000);

  it('names the six proofs, and refuses a seventh', async () => {
    const help = await prove('--help');
    expect(help.exitCode).to.equal(0);
    for (const name of ['mutants', 'faults', 'flake', 'mutation', 'policy', 'check'])
      expect(help.stdout).to.contain(name);
    const other = await prove('luck');
    expect(other.exitCode).to.equal(64);
    expect(other.stderr).to.equal(
      'staleproof prove: there is no proof "luck"; allowed are mutants, faults, flake, mutation, policy, check',
    );
    expect((await prove()).exitCode).to.equal(64);
  });

  it('hands the words behind the name to the proof, options as well', async () => {
    const cells = await prove('mutants', '--list', '--area', 'race');
    expect(cells.exitCode).to.equal(0);
    expect(cells.stdout).to.contain('npa');
    const help = await prove('policy', '--help');
    expect(help.exitCode).to.equal(0);
    expect(help.stdout).to.contain('npm run prove -- policy');
  });
});
