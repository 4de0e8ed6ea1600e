import { judgeReached } from '../../harness/evidence/reach-judgement.ts';
import { raiseUdpTimeouts } from '../../harness/fault/conntrack-timeouts.ts';
import { SHARES_PROXY } from '../../harness/fault/proxy-locks.ts';
import { openStage } from '../../harness/fault/service-stage.ts';
import { spec } from '../../harness/run/spec.ts';

/** Asks for no rows: a proxy may keep its flows in BPF maps or in a process of its own, and owes its clients the same. */
spec(
  {
    id: 'udp/datagrams-follow-endpoints',
    title: 'Datagrams of one socket follow the endpoints, wherever the proxy keeps its flows',
    claim:
      'When the server of a UDP flow to a ClusterIP is deleted and another endpoint is ready, the service proxy MUST let the client’s next datagrams reach it, whatever table the flow was kept in.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2 },
    locks: SHARES_PROXY,
    timeout: 120_000,
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
    const stage = await openStage(t);
    const [server1, server2, client] = await t.step('start both servers and the client', () =>
      Promise.all([
        stage.addServer('server-1'),
        stage.addServer('server-2', { member: false }),
        stage.startClient('client'),
        raiseUdpTimeouts(t, stage.clientNode),
      ]),
    );
    const { stream } = client;
    await t.evidence.require(stream.answeredBy({ server: server1.name }, 30_000 * t.env.slowFactor));
    await t.step('server 2 joins', () => stage.admit(server2));
    await t.evidence.require(stage.endpointsAre([server1, server2]));
    const sequence = stream.lastSequence();
    await t.step('delete server 1 with grace 0', () => stage.deletePod(server1));
    await t.evidence.require(stage.endpointsAre([server2]));
    await judgeReached(t, {
      stream,
      subject: `udp ${client.host} from ${client.name}`,
      to: server2.name,
      sequence,
      after: `${server1.name} was deleted`,
    });
  },
);
