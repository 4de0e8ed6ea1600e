import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { LineProcess } from '../../../harness/cluster/cluster.ts';
import { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';
import { judgingContext } from '../../../harness/run/testdata/judging-context.ts';
import { firstFreshAnswer } from './fresh-answers.ts';

/** Each flow is one datagram, 100 ms apart: who answered it, `.` for nobody. */
function streamOf(script: string): DatagramStream {
  const { t } = judgingContext();
  let tell: (line: string) => void = () => undefined;
  const process = {
    onLine: (listener: (line: string) => void) => (tell = listener),
    exited: new Promise(() => undefined),
  } as unknown as LineProcess;
  const stream = new DatagramStream(t, 'fresh', process);
  for (const [flow, server] of Array.from(script).entries()) {
    const at = 100 * (flow + 1);
    const replies = server === '.' ? [] : [[flow, 1, at + 2, server]];
    tell(JSON.stringify({ type: 'datagrams', sent: [[flow, 1, at]], replies }));
  }
  return stream;
}

describe('the first fresh flow that a server answered', () => {
  it('is told with when it was sent and answered', async () => {
    const stream = streamOf('aa..bb');
    const zero = stream.onRunClock(0);
    const found = await firstFreshAnswer(stream, 'b', { timeoutMs: 50 });
    expect(found).to.deep.equal({ sentAt: zero + 500, answeredAt: zero + 502 });
    const later = await firstFreshAnswer(stream, 'b', { timeoutMs: 50, sentAfter: zero + 500 });
    expect(later?.sentAt).to.equal(zero + 600);
  });

  it('is none when only others answered', async () => {
    expect(await firstFreshAnswer(streamOf('aa..aa'), 'b', { timeoutMs: 20 })).to.equal(undefined);
  });
});
