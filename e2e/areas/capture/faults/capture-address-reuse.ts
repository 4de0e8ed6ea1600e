/** Gives a pod's address to the next pod of its node, at once. */
import { setTimeout as delay } from 'node:timers/promises';
import { offerAddress } from '../../../harness/cluster/pod-address.ts';
import type { CaptureInstance, CaptureStage, TalkerOptions } from '../stage/capture-stage.ts';

const TRIES = 4;

/** Starts a talker that has the address of `former`, whose sandbox is gone. Proven, else the spec is inconclusive. */
export async function takeAddress(
  stage: CaptureStage,
  former: CaptureInstance,
  options: TalkerOptions,
): Promise<CaptureInstance> {
  const wanted = [...former.ips].find((ip) => !ip.startsWith('fe80')) ?? '';
  let heir: CaptureInstance | undefined;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    await offerAddress(former.node, wanted, stage.t.signal);
    const name = `${options.name ?? 'heir'}-${attempt}`;
    const candidate = await stage.start({ ...options, name, node: former.node });
    if (candidate.ips.has(wanted)) {
      heir = candidate;
      break;
    }
    // Somebody was faster, or the address was not free yet: it stays taken until this one goes.
    await stage.delete(candidate, { graceSeconds: 0 });
    await delay(500, undefined, { signal: stage.t.signal });
  }
  return stage.t.evidence.require({
    name: `another pod has the address ${wanted}`,
    lane: 'heir',
    prove: () =>
      Promise.resolve(
        heir === undefined
          ? { proven: false, reason: `not given to any of ${TRIES} pods on ${former.node.name}` }
          : { proven: true, value: heir, summary: `${heir.name} (${heir.uid}) has ${wanted}` },
      ),
  });
}
