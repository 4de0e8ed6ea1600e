import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { LineProcess } from '../../../harness/cluster/cluster.ts';
import { DatagramStream } from './datagram-stream.ts';
import { judgingContext } from '../../../harness/run/testdata/judging-context.ts';

/** Two flows, and what their client says next. */
function client(): {
  readonly stream: DatagramStream;
  readonly say: (sent: number[][], replies?: (number | string)[][]) => void;
} {
  const listeners: ((line: string) => void)[] = [];
  const process = {
    onLine: (listen: (line: string) => void) => listeners.push(listen),
    exited: new Promise(() => undefined),
  };
  const stream = new DatagramStream(judgingContext().t, 'client', process as unknown as LineProcess);
  return {
    stream,
    say: (sent, replies = []) => {
      for (const listen of listeners) listen(JSON.stringify({ type: 'datagrams', sent, replies }));
    },
  };
}

describe('losses of a client that got no processor for a while', () => {
  it('are not those datagrams whose answers it reads late', async () => {
    const { stream, say } = client();
    // It wakes up, sends what is due, and reports before it reads what has come.
    say([
      [0, 1, 0],
      [1, 1, 0],
      [0, 2, 600],
      [1, 2, 600],
    ]);
    expect(stream.losses(0), 'as it looks now').to.have.length(1);
    const settled = stream.settledLosses([0, 1]);
    say(
      [],
      [
        [0, 1, 601, 'a'],
        [1, 1, 601, 'a'],
      ],
    );
    expect(await settled).to.deep.equal([[], []]);
  });

  it('are those that nobody answered in time, up to what was sent when it was asked', async () => {
    const { stream, say } = client();
    say([
      [0, 1, 0],
      [0, 2, 600],
    ]);
    const settled = stream.settledLosses([0]);
    say([
      [0, 3, 700],
      [0, 4, 1300],
    ]);
    const [windows] = await settled;
    expect(windows).to.have.length(1);
    expect(windows?.[0]).to.include({ firstLost: 1, lastLost: 2, lost: 2 });
  });

  it('are counted after a sequence number, and beyond what is tolerated', async () => {
    const { stream, say } = client();
    say(
      [
        [0, 1, 0],
        [0, 2, 20],
        [0, 3, 40],
        [0, 4, 600],
      ],
      [
        [0, 2, 21, 'a'],
        [0, 4, 601, 'a'],
      ],
    );
    const [all] = await stream.settledLosses([0]);
    expect(all?.map(({ lastLost }) => lastLost)).to.deep.equal([1, 3]);
    const [later] = await stream.settledLosses([0], { afterSequence: 2, tolerated: 1 });
    expect(later?.map(({ lastLost }) => lastLost)).to.deep.equal([3]);
  });
});
