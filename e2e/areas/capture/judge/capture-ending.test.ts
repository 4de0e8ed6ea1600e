import { expect } from 'chai';
import { describe, it } from 'mocha';
import { prove, runOne } from '../../../harness/run/testdata/run-one-attempt.ts';
import type { RunningCapture } from '../evidence/capture-processes.ts';
import type { CaptureStage } from '../stage/capture-stage.ts';
import { NotReached } from '../stage/capture-wait.ts';
import type { CaptureView } from '../subjects/capture-subject.ts';
import { judgeProcesses } from './capture-ending.ts';

const running = (pid: number, file?: string): RunningCapture => ({ id: `n:${pid}`, pid, file });
const view = (...paths: string[]): CaptureView =>
  ({ files: paths.map((path) => ({ path })) }) as unknown as CaptureView;

async function verdictOf(found: readonly RunningCapture[], wanted: 0 | 1, seen: CaptureView, provider = 'kind') {
  const { line } = await runOne(
    async (t) => {
      await prove(t);
      const stage = {
        ...{ t, subject: { name: 's' }, can: () => true, tcpdumpsOf: () => Promise.resolve(found) },
        wait: async (what: string, _ms: number, probe: () => Promise<unknown>) => {
          const value = await probe();
          if (value === undefined) throw new NotReached(what);
          return value;
        },
      } as unknown as CaptureStage;
      await judgeProcesses(stage, seen, wanted);
    },
    { env: { cluster: { provider } } as never },
  );
  return { verdict: line.verdict, outcome: line.judgements?.[0]?.outcome };
}

describe('tcpdumps of a capture', () => {
  it('are one while it captures and none after', async () => {
    expect(await verdictOf([running(1, '/a')], 1, view('/a'))).to.deep.equal({ verdict: 'pass', outcome: 'right' });
    expect(await verdictOf([], 0, view())).to.deep.equal({ verdict: 'pass', outcome: 'right' });
    expect((await verdictOf([], 1, view('/a'))).outcome).to.equal('too-few');
  });

  it('are too many where one runs for an object that names no file', async () => {
    expect(await verdictOf([running(1, '/x')], 0, view())).to.deep.equal({ verdict: 'fail', outcome: 'too-many' });
    expect((await verdictOf([running(1, '/a'), running(2)], 1, view('/a'))).outcome).to.equal('too-many');
  });

  it("are nobody's on a cluster of somebody else, when no capture of the run names their files", async () => {
    expect((await verdictOf([running(1, '/x')], 0, view(), 'existing')).verdict).to.equal('inconclusive');
    const own = await verdictOf([running(1, '/a'), running(2, '/b')], 1, view('/a', '/b'), 'existing');
    expect(own.outcome).to.equal('too-many');
  });
});
