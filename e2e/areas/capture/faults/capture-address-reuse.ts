/** Gives a pod's address to the next pod of its node, at once. */
import { setTimeout as delay } from 'node:timers/promises';
import { takeAddressOf } from '../../../harness/cluster/pod-address.ts';
import type { CaptureInstance, CaptureStage, TalkerOptions } from '../stage/capture-stage.ts';

/** Starts a talker that has the address of `former`, whose sandbox is gone. Proven, else the spec is inconclusive. */
export function takeAddress(
  stage: CaptureStage,
  former: CaptureInstance,
  options: TalkerOptions,
): Promise<CaptureInstance> {
  const { node } = former;
  const address = [...former.ips].find((ip) => !ip.startsWith('fe80')) ?? '';
  return takeAddressOf<CaptureInstance>(
    stage.t,
    { node, address, lane: 'heir' },
    {
      start: (attempt) => stage.start({ ...options, name: `${options.name ?? 'heir'}-${attempt}`, node }),
      has: ({ ips }, wanted) => ips.has(wanted),
      told: ({ name, uid }) => `${name} (${uid})`,
      // Somebody was faster, or the address was not free yet: it stays taken until this one goes.
      async dismiss(heir) {
        await stage.delete(heir, { graceSeconds: 0 });
        await delay(500, undefined, { signal: stage.t.signal });
      },
    },
  );
}
