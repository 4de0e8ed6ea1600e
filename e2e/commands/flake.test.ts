/** `npm run prove -- flake` in a process of its own, ended in the middle of its first run. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { describe, it } from 'mocha';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

describe('flake that is told to end', function () {
  this.timeout(120_000);

  it('lets its run clean up, takes back what it made, and ends as the signal says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'staleproof-flake-test-'));
    try {
      const argv = ['--specs', path('../engine-tests/fixtures/waiting.spec.ts'), '-v'];
      const child = execa(process.execPath, ['--import', 'tsx', path('flake.ts'), ...argv], {
        cwd: path('../..'),
        reject: false,
        stdin: 'ignore',
        env: { WAIT_MS: '60000', TMPDIR: folder },
      });
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => {
        const before = said.includes('step: waiting');
        said += chunk.toString();
        // To this process alone, as `kill` does: its run has to be told by it.
        if (!before && said.includes('step: waiting')) child.kill('SIGTERM');
      });
      const { exitCode, signal, stderr } = await child;
      expect([exitCode, signal], stderr).to.deep.equal([143, undefined]);
      expect(stderr).to.include('SIGTERM: cancelling what runs and cleaning up');
      expect(stderr).to.match(/undone/);
      const left = (await readdir(folder)).filter((name) => name.startsWith('staleproof-'));
      expect(left).to.deep.equal([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
