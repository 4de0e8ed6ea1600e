/** How much of what the sink received is in the files of an instance, and how much was missed before its capture ran. */
import type { Expected } from './expected.ts';
import type { CaptureInstance, CaptureStage } from '../stage/capture-stage.ts';
import type { JudgedFile } from './capture-file-judgement.ts';
import { describeInstance } from '../evidence/capture-premises.ts';
import { completeness, owedOf, type Completeness } from '../evidence/capture-truth.ts';
import { blindWindows, noFile, packetsComplete } from './capture-judgements.ts';

/** How many packets of a new instance may be missed before its capture runs. */
const BLIND_PACKETS = 2;
/** The start of the target's own process waits a little for disk and sockets on a calm machine, too. */
const CALM_CONTENTION = 1.5;
const GREATEST_CONTENTION = 10;
/** Of a hundred recreations at least this many miss none. */
const BLIND_FREE = 0.95;
const PERIOD_MS = 50;

export interface Truth {
  /** What the sink has received of the instance, by incarnation. */
  readonly received: ReadonlyMap<string, ReadonlySet<number>>;
  /** UID of the capture object, which may have been asked for again. */
  readonly object: string;
}

/** Blind windows are kept on the stage. Ends the spec as inconclusive where the sink has heard nothing that would be owed. */
export function judgeCompleteness(
  stage: CaptureStage,
  expected: Expected,
  judged: readonly JudgedFile[],
  truth: Truth,
): void {
  const { t } = stage;
  const { instance, ended, unwanted = false, endsEarly = false } = expected;
  const files = judged.filter(({ owner }) => owner === instance.uid);
  if (unwanted)
    return t.judge(noFile, {
      outcome: files.length === 0 ? 'none' : 'file-there',
      facts: { because: 'over' },
      subject: stage.subject.name,
      expected: `no capture of ${describeInstance(instance)}`,
      observed: `${files.length} files`,
    });
  // Packets of the right instance, or none: who does not follow a name owes nothing of the next instance.
  if (instance.asked === 'never' && files.length === 0) return;
  for (const [incarnation, owed] of owedByProcess(stage, expected, truth)) {
    if (owed.numbers.size === 0) continue;
    const captured = new Set(files.flatMap(({ contents }) => [...(contents.sent.get(incarnation) ?? [])]));
    const found = completeness(owed.numbers, captured);
    const allowed = owed.late ? owed.numbers.size - 1 : BLIND_PACKETS;
    const fromItsBeginning = instance.asked === 'before' && expected.blind === undefined;
    if (fromItsBeginning) stage.blindWindows.set(`${instance.uid}/${incarnation}`, found.blind);
    const bound = owed.late ? {} : { bound: allowed };
    t.evidence.measure({ name: 'blind window', value: found.blind, unit: 'packets', ...bound });
    const waited = waitOf(instance, incarnation);
    if (waited > 1) t.evidence.measure({ name: 'slowness while the target started', value: waited, unit: 'times' });
    t.evidence.measure({ name: 'blind time', value: found.blind * PERIOD_MS, unit: 'ms' });
    const outcome = outcomeOf(found, allowed, endsEarly);
    const subject = `${stage.subject.name} on ${describeInstance(instance)}, process ${incarnation}`;
    const missed = `${found.blind} missed at the start = ${found.blind * PERIOD_MS} ms, ${found.gaps.length} between, ${found.tail} at the end`;
    if (outcome !== 'complete' && waited > 1) {
      const slack = Math.floor(BLIND_PACKETS * waited);
      const excused = completeness(owed.withSlack(slack), captured);
      if (outcomeOf(excused, owed.late ? allowed : slack, endsEarly) === 'complete')
        t.inconclusive(
          `${subject}: ${missed}: more than the ${BLIND_PACKETS} packets of the bound, and not more than ${slack}: the target itself waited ${waited} times as long for a core when it started`,
        );
    }
    t.judge(packetsComplete, {
      outcome,
      facts: {
        asked: instance.asked,
        instance: ended ? 'ended' : 'living',
        disturbed: expected.away === undefined && !endsEarly ? 'no' : 'yes',
      },
      measures: {
        'blind-packets': found.blind,
        'packets-between': found.gaps.length,
        'packets-at-end': found.tail,
        'share-lost': 1 - found.captured / found.received,
      },
      subject,
      expected: `all of the ${found.received} datagrams that the sink received${owed.late ? ' since its first' : `, but for at most ${allowed} at the start`}${ended ? ', down to the last' : ''}`,
      observed: `${found.captured} (${missed})`,
    });
  }
}

/** What is owed of one process of the instance. */
interface Owed {
  readonly numbers: ReadonlySet<number>;
  /** The same, where as many packets may be missing around the time in which somebody was away. */
  readonly withSlack: (packets: number) => ReadonlySet<number>;
  /** Asked for while it ran, and the subject never said since when: any packet may be the first. */
  readonly late: boolean;
}

/** What is owed of each process. What an old one was allowed to lose does not hold for the one that came after it. */
function owedByProcess(
  stage: CaptureStage,
  { instance, away, blind, endsEarly = false }: Expected,
  { received, object }: Truth,
): ReadonlyMap<string, Owed> {
  const late = blind === 'until-bound' || instance.asked !== 'before';
  const bound = late ? stage.bound.get(`${object}/${instance.uid}`) : undefined;
  const owed = new Map(
    [...received].map(([incarnation, all]) => {
      const sinceBound = bound === undefined ? all : owedOf(all, incarnation, { since: new Map(), until: bound }, 0);
      const withSlack = (packets: number): ReadonlySet<number> =>
        away === undefined ? sinceBound : owedOf(sinceBound, incarnation, away, packets);
      return [incarnation, { numbers: withSlack(BLIND_PACKETS), withSlack, late: late && bound === undefined }];
    }),
  );
  const unheard = instance.incarnations.filter((incarnation) => (received.get(incarnation)?.size ?? 0) === 0);
  const newest = instance.incarnations.at(-1);
  const nothing = [...owed.values()].every(({ numbers }) => numbers.size === 0);
  const newestOwes = newest === undefined || (owed.get(newest)?.numbers.size ?? 0) > 0;
  if (nothing || unheard.length > 0 || (away?.until !== undefined && !endsEarly && !newestOwes))
    stage.t.inconclusive(
      `${describeInstance(instance)}: the sink heard nothing that would have to be in its capture${unheard.length === 0 ? '' : `, nothing at all of process ${unheard.join(', ')}`}`,
    );
  return owed;
}

function outcomeOf(
  { captured, blind, gaps, tail }: Completeness,
  allowed: number,
  endsEarly: boolean,
): 'complete' | 'none-captured' | 'late-start' | 'gaps' | 'tail-lost' {
  if (captured === 0) return 'none-captured';
  if (blind > allowed) return 'late-start';
  if (gaps.length > 0) return 'gaps';
  return tail > 0 && !endsEarly ? 'tail-lost' : 'complete';
}

/**
 * Capture and target start side by side: what a full machine took from the one it took from the other as well, and the target has
 * measured what it waited for a core. It excuses nobody: between the bound and so many times the bound nothing is judged.
 */
function waitOf(instance: CaptureInstance, incarnation: string): number {
  const measured = instance.contention.get(incarnation) ?? 1;
  return measured <= CALM_CONTENTION ? 1 : Math.min(measured, GREATEST_CONTENTION);
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
  stage.t.judge(blindWindows, {
    outcome: late.length <= allowed ? 'few' : 'many',
    facts: { over: 'a-hundred' },
    measures: { 'share-late': late.length / windows.length },
    subject: stage.subject.name,
    expected: `at most ${allowed} of ${windows.length} instances to miss a packet before their capture runs`,
    observed: `${late.length} missed ${late.join(', ') || 'none'}`,
  });
}
