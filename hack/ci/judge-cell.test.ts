import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { describe, it } from 'mocha';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('a nightly cell that is red on purpose', function () {
  this.timeout(60_000);

  it('is as expected only when it is red for its reason', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'staleproof-cell-'));
    const file = join(folder, 'results.jsonl');
    const judge = async (cell: string, code: string, results = file) =>
      (
        await execa(process.execPath, ['--import', 'tsx', 'hack/ci/judge-cell.ts', cell, code, results], {
          ...{ cwd: root, reject: false },
        })
      ).exitCode;
    const attempt = (verdict: string, message: string): void =>
      writeFileSync(
        file,
        JSON.stringify({
          ...{ type: 'attempt', final: true, verdict, failure: { name: 'JudgementError', message } },
          spec: { id: 'race/client-owned-flows-survive-cleanup' },
        }),
      );
    attempt('fail', 'expected no live flow of 2000 to lose its conntrack entry to a cleanup pass, observed 1997');
    expect(await judge('npa@1.4.1', '1')).to.equal(0);
    expect(await judge('npa@1.4.1', '0')).to.equal(1);
    expect(await judge('npa@1.4.1', '')).to.equal(1);
    expect(await judge('npa@1.4.1', '1', join(folder, 'missing'))).to.equal(1);
    expect(await judge('npa@1.4.3', '1')).to.equal(64);
    attempt('fail', 'expected the agent to run, observed none');
    expect(await judge('npa@1.4.1', '1')).to.equal(1);
    attempt('pass', '');
    expect(await judge('npa@1.4.1', '0')).to.equal(1);
    rmSync(folder, { recursive: true });
  });
});
