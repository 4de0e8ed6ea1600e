import { cutPod } from '../faults/cut-pod.ts';
import { judgeTcpEnds, tcpEnd } from '../judge/tcp-end.ts';
import { SHARES_MAPPER } from '../stage/mapper-locks.ts';
import { openHostPortStage } from '../stage/host-port-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'hostport/tcp-to-a-gone-pod',
    title: 'How a TCP connection to a host port ends when the pod behind it is gone',
    claim:
      'A TCP client of a host port MAY be told of the end of its pod or stall: which of the two, and after how long, MUST be told apart and reported.',
    tags: ['hostport', 'tcp'],
    needs: { workers: 2, capabilities: ['mapped-rows'], provider: 'kind' },
    locks: SHARES_MAPPER,
    timeout: 180_000,
    judges: 'port-mapper',
    refs: [
      {
        title: 'kubernetes/kubernetes#124290: TCP to a dead pod stalls, and upstream decided against cleaning',
        url: 'https://github.com/kubernetes/kubernetes/issues/124290',
      },
    ],
  },
  async (t) => {
    const stage = await openHostPortStage(t, 18_010);
    const { port } = stage;
    const [first, second] = await t.step('start two pods on two ports, and a connection to each', () =>
      Promise.all([
        stage.addServer('pod-1', { tcp: true, mapped: [{ hostPort: port, protocol: 'TCP' }] }),
        stage.addServer('pod-2', { tcp: true, mapped: [{ hostPort: port + 10, protocol: 'TCP' }] }),
      ]),
    );
    const [toFirst, toSecond] = await Promise.all([
      stage.startTcpClient('client-1', port),
      stage.startTcpClient('client-2', port + 10),
    ]);
    await t.evidence.require(toFirst.answeredBy({ server: 'pod-1' }, t.wait(30_000)));
    await t.evidence.require(toSecond.answeredBy({ server: 'pod-2' }, t.wait(30_000)));
    await t.step('cut the second pod’s network', () => cutPod(t, stage, second));
    const since = t.evidence.now();
    await t.step('delete both pods', () => Promise.all([stage.deletePod(first), stage.deletePod(second)]));
    const [closed, cut] = await t.step('wait for the ends', () =>
      Promise.all([tcpEnd(t, toFirst, since), tcpEnd(t, toSecond, since)]),
    );
    judgeTcpEnds(t, { closed, cut });
  },
);
