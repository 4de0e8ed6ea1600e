import { errorsWhileOpen } from '../../../harness/datagrams/datagram-record.ts';
import { judgeConnectionsAlive } from '../judge/tcp-judgement.ts';
import { connectionServers } from '../evidence/connection-servers.ts';
import { injectedSegments, invalidCount, startInjector } from '../faults/invalid-packets.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { openStage } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

const CONNECTIONS = 4;
/** Lines of a connection, of which every tenth is answered by a segment out of the window as well. */
const LINES = 60;

/**
 * A segment outside of the window is INVALID to conntrack and is not translated back: it reaches the client with the pod's own
 * address, the client's kernel resets that unknown connection, and the reset kills the real one.
 */
spec(
  {
    id: 'udp/invalid-packets-keep-tcp',
    title: 'Out-of-window segments do not kill a TCP connection through a Service',
    claim:
      'The service proxy MUST keep packets that conntrack calls INVALID from reaching clients untranslated, by dropping them or by having out-of-window segments accepted as valid.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#74839: connection reset by peer through a Service',
        url: 'https://github.com/kubernetes/kubernetes/issues/74839',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t, { protocols: ['TCP'] });
    const server = await t.step('start a server that sends out-of-window segments', () =>
      startInjector(stage, 'server-1'),
    );
    await t.evidence.require(stage.endpointsAre([server]));
    const before = await invalidCount(t, stage);
    const client = await t.step('open TCP connections', () => stage.startTcpClient('tcp-client', CONNECTIONS));
    await connectionServers(t, client.stream, CONNECTIONS);
    const all = Array.from({ length: CONNECTIONS }, (_, index) => index);
    const done = (): boolean =>
      client.stream.lastSequence() >= LINES ||
      all.some((index) => errorsWhileOpen(client.stream.flow(index)).length > 0);
    await client.stream.until(() => (done() ? true : undefined), t.wait(60_000));
    const injected = await injectedSegments(t, server);
    const after = await invalidCount(t, stage);
    if (injected === 0) t.inconclusive('the injector sent no segment');
    if (!after.liberal && after.invalid <= before.invalid)
      t.inconclusive(`conntrack called none of ${injected} segments INVALID on ${stage.serverNode.name}`);
    t.evidence.record({
      kind: 'fault',
      lane: stage.serverNode.name,
      summary: `${injected} out-of-window segments sent; INVALID packets ${before.invalid} → ${after.invalid}, tcp_be_liberal ${after.liberal ? 'on' : 'off'}`,
    });
    await judgeConnectionsAlive(t, client.stream, all, {
      disturbance: 'invalid-packets',
      told: `${injected} out-of-window segments`,
    });
  },
);
