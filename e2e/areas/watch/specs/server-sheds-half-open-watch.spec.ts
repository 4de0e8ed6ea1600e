/** The other end: a client vanishes behind a dead path, and the API server must not hold its watch for ever. */
import { observeHalfOpenWatch } from '../stage/watch-half-open-api.ts';
import { halfOpenShed } from '../judge/watch-judgement.ts';
import { spec } from '../../../harness/run/spec.ts';

/** The API server's own TCP probes: after 180 s of silence, then nine at 15 s; and a little for the machine. */
const limitSeconds = 345;

spec(
  {
    id: 'watch/server-sheds-half-open-watch',
    title: 'the API server sheds a watch whose client vanished',
    claim: `An API server MUST close the connection of a watch whose client is gone without a word within ${limitSeconds} s.`,
    tags: ['watch', 'keepalive', 'slow'],
    needs: { provider: 'kind' },
    locks: [{ name: 'cluster/apiserver', shared: true }],
    slots: 0,
    timeout: 480_000,
    refs: [
      {
        title: 'kubernetes: connections of the API server have TCP keepalive of three minutes',
        url: 'https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/apiserver/pkg/server/secure_serving.go',
      },
      { title: 'Azure/AKS#1755: watches dropped in silence', url: 'https://github.com/Azure/AKS/issues/1755' },
    ],
    judges: 'none',
  },
  async (t) => {
    const { shedAfterMs, observedForMs, stopped, points } = await t.step('cut the path of a watch and wait', () =>
      observeHalfOpenWatch(t, limitSeconds * 1000),
    );
    t.evidence.series({ name: 'connections held', lane: 'API server', unit: 'connections', points });
    await t.evidence.require({
      name: 'the path was cut: packets of an end were stopped on it',
      prove: () =>
        Promise.resolve(
          stopped > 0
            ? { proven: true, value: stopped, summary: `${stopped} packets were stopped` }
            : { proven: false, reason: 'no packet was stopped' },
        ),
    });
    t.judge(halfOpenShed, {
      outcome: shedAfterMs === undefined ? 'held' : 'shed',
      facts: { by: 'api-server' },
      subject: 'API server, connection of a vanished watcher',
      expected: `closed within ${limitSeconds} s`,
      observed:
        shedAfterMs === undefined
          ? `still established after ${(observedForMs / 1000).toFixed(0)} s`
          : `closed after ${(shedAfterMs / 1000).toFixed(0)} s`,
      durationMs: shedAfterMs ?? observedForMs,
    });
  },
);
