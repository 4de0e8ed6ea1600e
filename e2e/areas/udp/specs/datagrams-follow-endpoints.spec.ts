import { judgeReached } from '../judge/reach-judgement.ts';
import { cycleUnderDatagrams } from '../faults/datagram-cycle.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { spec } from '../../../harness/run/spec.ts';

/** Asks for no rows: a proxy may keep its flows in BPF maps or in a process of its own, and owes its clients the same. */
spec(
  {
    id: 'udp/datagrams-follow-endpoints',
    title: 'Datagrams of one socket follow the endpoints, wherever the proxy keeps its flows',
    claim:
      'When the server of a UDP flow to a ClusterIP is deleted and another endpoint is ready, the service proxy MUST let the client’s next datagrams reach it, whatever table the flow was kept in.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['unconnected-datagrams'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#139683: the upstream specs on a proxy without conntrack rows',
        url: 'https://github.com/kubernetes/kubernetes/issues/139683',
      },
      { title: 'kpng#174: ClusterIP UDP cycle', url: 'https://github.com/kubernetes-retired/kpng/issues/174' },
    ],
  },
  async (t) => {
    const reach = await cycleUnderDatagrams(t);
    await judgeReached(t, reach, 'deleted');
  },
);
