/** How much of what the sink received is in the files of an instance, and how much was missed before its capture ran. */
import type { Expected } from './expected.ts';
import type { CaptureInstance, CaptureStage } from '../stage/capture-stage.ts';
import type { JudgedFile } from './capture-file-judgement.ts';
import { describeInstance } from '../evidence/capture-premises.ts';
import { completeness } from '../evidence/capture-truth.ts';

/** How many packets of a new instance may be missed before its capture runs. */
const BLIND_PACKETS = 2;
/** The start of the target's own process waits a little for disk and sockets on a calm machine, too. */
const CALM_CONTENTION = 1.5;
const GREATEST_CONTENTION = 10;
/** Of a hundred recreations at least this many miss none. */
const BLIND_FREE = 0.95;
const PERIOD_MS = 50;

/** `truth`: what the sink has received of the instance, by incarnation. Blind windows are kept on the stage. */
export function judgeCompleteness(
  stage: CaptureStage,
  { instance, ended, unwanted = false, blind, endsEarly = false, gapsAllowed = false }: Expected,
  judged: readonly JudgedFile[],
  truth: ReadonlyMap<string, ReadonlySet<number>>,
): void {
  const { t } = stage;
  const files = judged.filter(({ owner }) => owner === instance.uid);
  if (unwanted)
    return t.judge({
      ok: files.length === 0,
      subject: stage.subject.name,
      expected: `no capture of ${describeInstance(instance)}`,
      observed: `${files.length} files`,
    });
  // Packets of the right instance, or none: who does not follow a name owes nothing of the next instance.
  if (instance.asked === 'never' && files.length === 0) return;
  const mayMiss = blind ?? (instance.asked === 'before' ? BLIND_PACKETS : 'any');
  for (const [incarnation, received] of truth) {
    const captured = new Set(files.flatMap(({ contents }) => [...(contents.sent.get(incarnation) ?? [])]));
    const found = completeness(received, captured);
    const waited = waitOf(stage, instance, incarnation);
    const allowed = mayMiss === 'any' ? received.size - 1 : Math.floor(mayMiss * waited);
    if (mayMiss !== 'any') stage.blindWindows.set(`${instance.uid}/${incarnation}`, found.blind);
    t.evidence.measure({
      name: 'blind window',
      value: found.blind,
      unit: 'packets',
      ...(mayMiss === 'any' ? {} : { bound: allowed }),
    });
    if (waited > 1) t.evidence.measure({ name: 'slowness while the target started', value: waited, unit: 'times' });
    t.evidence.measure({ name: 'blind time', value: found.blind * PERIOD_MS, unit: 'ms' });
    t.judge({
      ok:
        found.captured > 0 &&
        found.blind <= allowed &&
        (gapsAllowed || found.gaps.length === 0) &&
        (endsEarly || found.tail === 0),
      subject: `${stage.subject.name} on ${describeInstance(instance)}, process ${incarnation}`,
      expected: `all of the ${found.received} datagrams that the sink received${mayMiss === 'any' ? ' since its first' : `, but for at most ${allowed} at the start${waited > 1 ? ` (${mayMiss} × ${waited}, as much slower as the machine is)` : ''}`}${ended ? ', down to the last' : ''}`,
      observed: `${found.captured} (${found.blind} missed at the start = ${found.blind * PERIOD_MS} ms, ${found.gaps.length} between, ${found.tail} at the end)`,
    });
  }
}

/**
 * Capture and target start side by side. What a full machine takes from the one it took from the other as well: the target has
 * measured what it waited for a core, and the run how slow CPU and API are. As every bound does there, this one grows with it.
 */
function waitOf({ t }: CaptureStage, instance: CaptureInstance, incarnation: string): number {
  const measured = instance.contention.get(incarnation) ?? 1;
  const own = measured <= CALM_CONTENTION ? 1 : Math.min(measured, GREATEST_CONTENTION);
  // eslint-disable-next-line no-restricted-properties -- a share, not a time
  return Math.max(own, t.env.slowFactor);
}

/** The bar over a hundred recreations: 95 of them miss nothing. Fewer say too little and are only measured. */
export function judgeBlindWindows(stage: CaptureStage): void {
  const windows = [...stage.blindWindows.values()];
  const late = windows.filter((packets) => packets > 0);
  const allowed = Math.floor(windows.length * (1 - BLIND_FREE) + 1e-9);
  stage.t.evidence.measure({
    name: 'instances with a blind window',
    value: late.length,
    unit: 'instances',
  });
  if (windows.length < 100) return;
  stage.t.judge({
    ok: late.length <= allowed,
    subject: stage.subject.name,
    expected: `at most ${allowed} of ${windows.length} instances to miss a packet before their capture runs`,
    observed: `${late.length} missed ${late.join(', ') || 'none'}`,
  });
}
