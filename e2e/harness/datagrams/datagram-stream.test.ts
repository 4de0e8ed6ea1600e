import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { LineProcess } from '../cluster/cluster.ts';
import { DatagramStream } from './datagram-stream.ts';
import { judgingContext } from '../run/testdata/judging-context.ts';

/** Two flows, and what their client says next. A living one says again and again that it has nothing to tell. */
function client(lives = true): {
  readonly stream: DatagramStream;
  readonly say: (sent: number[][], replies?: (number | string)[][]) => void;
  readonly tell: (line: object) => void;
  readonly end: (reason: string) => void;
} {
  const listeners: ((line: string) => void)[] = [];
  let end: (reason: string) => void = () => undefined;
  const process = {
    onLine: (listen: (line: string) => void) => listeners.push(listen),
    exited: new Promise((resolve) => (end = (reason) => resolve({ code: undefined, reason }))),
  };
  const stream = new DatagramStream(judgingContext().t, 'client', process as unknown as LineProcess);
  const tell = (line: object): void => {
    for (const listen of listeners) listen(JSON.stringify(line));
  };
  if (lives) setInterval(() => tell({ type: 'datagrams' }), 10).unref();
  return {
    stream,
    tell,
    say: (sent, replies = []) => tell({ type: 'datagrams', sent, replies }),
    end: (reason) => end(reason),
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

describe('a client that is heard no more', () => {
  const never = (): undefined => undefined;

  it('has ended, and with which words', async () => {
    const { stream, end, tell } = client();
    const waited = stream.until(never, 60_000).catch(String);
    tell({ type: 'broken', error: 'Error: bind of flow 0 on port 12345: EADDRINUSE' });
    end('the log ended');
    expect(await waited).to.equal(
      'InconclusiveError: client: the client gave up: Error: bind of flow 0 on port 12345: EADDRINUSE',
    );
  });

  it('has ended without a word, or was told to', async () => {
    const mute = client();
    mute.end('the log ended');
    expect(await mute.stream.until(never, 60_000).catch(String)).to.equal(
      "InconclusiveError: client: the client's log ended: the log ended; the client did not say why it ended",
    );
    const told = client();
    told.tell({ type: 'stopped', signal: 'SIGTERM' });
    told.end('the log ended');
    expect(await told.stream.until(never, 60_000).catch(String)).to.match(/the client was told to stop$/);
  });

  it('is silent: nothing follows from what it did not say', async () => {
    const { stream, say } = client(false);
    say([[0, 1, 0]]);
    expect(await stream.until(never, 300).catch(String)).to.match(
      /^InconclusiveError: client: the client has said nothing for \d\.\d s, and has not ended; 1 sent, 0 answered$/,
    );
  });

  it('is heard as long as it says that it has nothing to tell', async () => {
    expect(await client().stream.until(never, 300)).to.equal(undefined);
  });
});

describe('errors of a client’s socket calls', () => {
  it('are told with what was sent and answered, those before its flows too', async () => {
    const { stream, tell } = client();
    const refused = Array.from({ length: 3 }, () => [-1, 1, 'connect', 'EHOSTUNREACH']);
    tell({ type: 'datagrams', errors: refused });
    expect(stream.record.flowCount(), 'the probe is no flow').to.equal(0);
    tell({ type: 'datagrams', sent: [[0, 1, 2]], unsent: [[0, 1]], errors: [[0, 2, 'send', 'ENETDOWN']] });
    expect(stream.describe()).to.equal('1 sent, 0 answered, 1 not sent for want of a socket, errors: send ENETDOWN');
    const proof = await stream.answeredBy({ server: 'a' }, 10).prove(new AbortController().signal);
    expect(proof).to.deep.include({ proven: false });
    expect(JSON.stringify(proof)).to.contain('; before it had a path: connect EHOSTUNREACH (3 times)');
  });

  it('make no record when their form is another', () => {
    const { stream, tell } = client();
    const wrong = [5, [5], [[0]], [[0, 1, 'send']], [[0, '1', 'send', 'EPERM']], [[0, 1, 'send', 7]], {}];
    for (const errors of wrong) tell({ type: 'datagrams', errors });
    expect(stream.record.rejected).to.have.length(wrong.length);
    expect(stream.flow().errors).to.deep.equal([]);
  });
});
