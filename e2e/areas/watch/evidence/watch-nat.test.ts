import { expect } from 'chai';
import { describe, it } from 'mocha';
import { undoTranslation } from './watch-nat.ts';
import type { TcpSegment } from './watch-tcp-segment.ts';

const segment = (from: string, to: string, seq: number, syn = false): TcpSegment => ({
  at: 0,
  from,
  to,
  seq,
  ack: 0,
  flags: { syn, ack: !syn, fin: false, rst: false },
  window: 1,
  length: 0,
});

describe('captures on both sides of a translation', () => {
  const client = [segment('10.244.1.2:4000', '10.96.0.1:443', 77, true)];

  it('are one connection under the name that the client knows', () => {
    const server = [
      segment('172.18.0.3:61000', '172.18.0.2:6443', 77, true),
      segment('172.18.0.2:6443', '172.18.0.3:61000', 500),
    ];
    expect(undoTranslation(client, server).map(({ from, to }) => `${from} > ${to}`)).to.deep.equal([
      '10.244.1.2:4000 > 10.96.0.1:443',
      '10.96.0.1:443 > 10.244.1.2:4000',
    ]);
  });

  it('leave out what belongs to nobody', () => {
    expect(undoTranslation(client, [segment('172.18.0.3:61000', '172.18.0.2:6443', 78, true)])).to.deep.equal([]);
  });
});
