import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';
import { capturesOnNode, runsFor } from './capture-processes.ts';

const nodeThat = (code: number, stdout = '', stderr = ''): ClusterNode =>
  ({ name: 'n', exec: () => Promise.resolve({ code, stdout, stderr, durationMs: 1 }) }) as unknown as ClusterNode;
const rejection = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error('resolved'),
    (error: unknown) => error as Error,
  );

describe('tcpdumps of a node', () => {
  it('are all of them, with the file that each writes', async () => {
    const text = '12 tcpdump -i eth0 -U -w /captures/a.pcap -C 1\n13 tcpdump -i any\n';
    expect(await capturesOnNode(nodeThat(0, text))).to.deep.equal([
      { id: 'n:12', pid: 12, file: '/captures/a.pcap' },
      { id: 'n:13', pid: 13, file: undefined },
    ]);
  });

  it('are those that run, not those that have ended and are not reaped', async () => {
    expect(await capturesOnNode(nodeThat(0, '12 tcpdump\n'))).to.deep.equal([]);
  });

  it('are none when pgrep says so, and nobody knows when it does not run', async () => {
    expect(await capturesOnNode(nodeThat(1))).to.deep.equal([]);
    for (const broken of [
      nodeThat(127, '', 'sh: pgrep: not found'),
      nodeThat(2),
      nodeThat(3),
      nodeThat(0),
      nodeThat(0, 'x'),
    ])
      expect((await rejection(capturesOnNode(broken))).name).to.equal('InfrastructureError');
    expect((await rejection(capturesOnNode(nodeThat(127, '', 'not found')))).message).to.contain(
      'observed 127: not found',
    );
  });
});

describe('what runs for an object', () => {
  const one = (pid: number, file?: string) => ({ id: `n:${pid}`, pid, file });
  const none = new Set<string>();
  const pids = (...parameters: Parameters<typeof runsFor>) => runsFor(...parameters).map(({ pid }) => pid);

  it('is also a tcpdump whose file no status names', () => {
    expect(pids([one(1, '/x')], { before: none, own: none, others: none })).to.deep.equal([1]);
    expect(pids([one(1)], { before: none, own: none, others: none })).to.deep.equal([1]);
  });

  it('is not what ran before it, nor what writes the file of another capture', () => {
    const all = [one(1), one(2, '/other'), one(3, '/own')];
    const seen = { before: new Set(['n:1']), own: new Set(['/own']), others: new Set(['/other']) };
    expect(pids(all, seen)).to.deep.equal([3]);
    expect(pids(all, { ...seen, before: new Set(['n:1', 'n:3']) }), 'a PID that came again').to.deep.equal([3]);
  });
});
