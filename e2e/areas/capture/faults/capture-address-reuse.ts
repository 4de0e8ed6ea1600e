/** Gives a pod's address to the next pod of its node, at once: host-local hands addresses out in a circle and remembers where it is. */
import { setTimeout as delay } from 'node:timers/promises';
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
    await pointBefore(stage, former, wanted);
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

async function pointBefore(stage: CaptureStage, former: CaptureInstance, address: string): Promise<void> {
  // The old address is given back by the CNI's DEL, a moment after the pod object is gone.
  const script = `find /run /var/lib/cni -maxdepth 5 -name last_reserved_ip.0 2>/dev/null | while read -r f; do
    for i in $(seq 100); do [ -e "$(dirname "$f")/${address}" ] || break; sleep 0.1; done
    printf %s ${previous(address)} > "$f"; done`;
  // eslint-disable-next-line no-restricted-syntax -- where the pod network looks first for a free address, which every new pod moves on
  await former.node.run(['sh', '-c', script], { signal: stage.t.signal });
}

/** The address before this one, IPv4 or IPv6 (last group above 0). */
function previous(address: string): string {
  const separator = address.includes(':') ? ':' : '.';
  const parts = address.split(separator);
  const last = parts.pop() ?? '';
  const number = separator === ':' ? parseInt(last, 16) : Number(last);
  return [...parts, (number - 1).toString(separator === ':' ? 16 : 10)].join(separator);
}
