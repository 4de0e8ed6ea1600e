import { judgeReached } from '../judge/reach-judgement.ts';
import { cycleUnderDatagrams } from '../faults/datagram-cycle.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { spec } from '../../../harness/run/spec.ts';

/** A proxy that translates when a socket connects has to break or move that socket later: the kernel asks it no more. */
spec(
  {
    id: 'udp/connected-datagrams-follow-endpoints',
    title: 'Datagrams of a connected socket follow the endpoints, wherever the proxy keeps its flows',
    claim:
      'When the server behind a connect()ed UDP socket is deleted and another endpoint is ready, the service proxy MUST let the client’s next datagrams reach it, also when it translated the address at connect(): on that socket, or on the next one where the proxy broke it on purpose.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2 },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'cilium#12859: stale backends of connected UDP sockets',
        url: 'https://github.com/cilium/cilium/issues/12859',
      },
    ],
  },
  async (t) => {
    const reach = await cycleUnderDatagrams(t, { connected: true });
    await judgeReached(t, reach, 'deleted');
  },
);
