/** That captures end: their processes, counted on the nodes, and their packets, after the object was deleted. */
import type { CaptureInstance, CaptureStage } from '../stage/capture-stage.ts';
import { happened, reached } from '../stage/capture-wait.ts';
import { heldBetween, type Between } from '../../../harness/run/time-bound.ts';
import { sandboxesOf } from '../faults/recreate-sandbox.ts';
import {
  CaptureFileGone,
  type CaptureFile,
  type CaptureRequest,
  type CaptureView,
} from '../subjects/capture-subject.ts';
import { readContents } from '../evidence/capture-contents.ts';
import type { RunningCapture } from '../evidence/capture-processes.ts';
import { endsInTime, processCount } from './capture-judgements.ts';

const GONE_MS = 20_000;

/** One tcpdump an object while it captures, none after: counted on the nodes, whatever containers they are in. */
export async function judgeProcesses(
  stage: CaptureStage,
  view: CaptureView,
  wanted: 0 | 1,
  request?: CaptureRequest,
): Promise<void> {
  if (!stage.can('tcpdump-process')) return;
  let found: readonly RunningCapture[] = [];
  await reached(
    stage.wait(`${wanted} tcpdump for the capture`, 5_000, async () => {
      found = await stage.tcpdumpsOf(view, request);
      return found.length === wanted ? true : undefined;
    }),
  );
  const told = found.map(({ id, file }) => `${id} (${file ?? 'no file'})`).join(', ');
  const named = new Set(view.files.map(({ path }) => path));
  const strangers = found.filter(({ file }) => file === undefined || !named.has(file));
  // Somebody else's cluster has captures of somebody else.
  if (found.length - strangers.length === wanted && strangers.length > 0 && stage.t.env.cluster.provider !== 'kind')
    stage.t.inconclusive(`tcpdumps that began meanwhile, and nobody knows whose they are: ${told}`);
  stage.t.judge(processCount, {
    outcome: found.length === wanted ? 'right' : found.length > wanted ? 'too-many' : 'too-few',
    facts: { wanted: wanted === 0 ? 'none' : 'one' },
    measures: { processes: found.length },
    subject: stage.subject.name,
    expected: `${wanted} tcpdump for one object`,
    observed: `${found.length} ${told}`,
  });
}

/** Once the runtime has no sandbox of the instance any more, its tcpdump has `limitMs` to end. */
export async function judgeEndWithSandbox(
  stage: CaptureStage,
  request: CaptureRequest,
  instance: CaptureInstance,
  limitMs: number,
): Promise<void> {
  await stage.wait('the sandbox is gone', GONE_MS, async () =>
    (await sandboxesOf(instance.node, instance.uid)).length === 0 ? true : undefined,
  );
  const view = await stage.view(request);
  if (view === undefined || !stage.can('tcpdump-process')) return;
  const ended = await endOfProcesses(stage, performance.now(), limitMs, { view, request });
  judgeEnd(stage, ended, { limitMs, what: 'end after sandbox', owner: 'sandbox' });
}

/**
 * Deletes the capture object while `instance` goes on talking, and judges that nothing sent later than `limitMs` is in its files,
 * that its tcpdumps have ended by then, and that the object goes.
 */
export async function judgeEndOfObject(
  stage: CaptureStage,
  request: CaptureRequest,
  instance: CaptureInstance,
  limitMs: number,
): Promise<void> {
  const { t, subject } = stage;
  const view = await t.evidence.require({
    name: 'the object captures',
    lane: 'files',
    prove: async () => {
      const now = await stage.view(request);
      const count = now === undefined ? 0 : (await processesOf(stage, now, request)).length;
      const right = now?.capturing === true && (count === 1 || !stage.can('tcpdump-process'));
      const summary = `phase ${String(now?.phase)}, ${count} tcpdump`;
      return right ? { proven: true, value: now, summary } : { proven: false, reason: summary };
    },
  });
  const start = performance.now();
  await subject.delete(t.env.cluster, request.namespace, request.name, t.signal);
  const ended = await endOfProcesses(stage, start, limitMs, { view, request });
  const silence = await watchSilence(stage, view, instance, { start, limitMs });
  judgeSilence(stage, silence, limitMs);
  if (stage.can('tcpdump-process')) judgeEnd(stage, ended, { limitMs, what: 'end after deletion', owner: 'object' });
  const gone = await reached(
    stage.wait('the object is gone', GONE_MS, async () => {
      const now = await stage.view(request);
      return now === undefined || now.uid !== view.uid ? true : undefined;
    }),
  );
  t.judge(endsInTime, {
    outcome: gone === true ? 'in-time' : 'object-stays',
    facts: { with: 'object' },
    subject: subject.name,
    expected: 'the deleted object to go',
    observed: gone === true ? 'it has gone' : 'still there with its finalizer',
  });
}

/** Looks at the nodes until none of its tcpdumps runs, for twice the limit and a while. */
function endOfProcesses(
  stage: CaptureStage,
  start: number,
  limitMs: number,
  of: { readonly view: CaptureView; readonly request: CaptureRequest },
): Promise<Between> {
  return happened(
    start,
    (probe) => stage.wait('its tcpdump ends', 2 * limitMs + 3000, probe),
    async () => (await processesOf(stage, of.view, of.request)).length === 0,
  );
}

function judgeEnd(
  stage: CaptureStage,
  ended: Between,
  by: { readonly limitMs: number; readonly what: string; readonly owner: 'sandbox' | 'object' },
): void {
  const { t, subject } = stage;
  const { limitMs, owner } = by;
  const told =
    ended.byMs === undefined
      ? `still running after ${Math.round(ended.afterMs)} ms`
      : `ended later than ${Math.round(ended.afterMs)} ms, by ${Math.round(ended.byMs)} ms`;
  if (ended.byMs !== undefined) t.evidence.measure({ name: by.what, value: ended.byMs, unit: 'ms', bound: limitMs });
  const held = heldBetween(limitMs, ended);
  if (held === 'unclear')
    t.inconclusive(
      `${subject.name}: its tcpdump ${told}; the bound is ${limitMs} ms, and a busy machine may take as long`,
    );
  t.judge(endsInTime, {
    outcome: held === 'in-time' ? 'in-time' : ended.byMs === undefined ? 'still-running' : 'late',
    facts: { with: owner },
    subject: subject.name,
    expected: `no tcpdump of a deleted ${owner} after ${limitMs} ms`,
    observed: told,
  });
}

/** Packets in the files that the instance sent later than the limit, and later than twice the limit. */
interface Silence {
  readonly afterLimit: number;
  readonly afterTwice: number;
}

/** Lets the instance talk on, and looks whether its files took any of it. */
async function watchSilence(
  stage: CaptureStage,
  view: CaptureView,
  instance: CaptureInstance,
  { start, limitMs }: { readonly start: number; readonly limitMs: number },
): Promise<Silence> {
  const sentBy = async (ms: number): Promise<ReadonlyMap<string, ReadonlySet<number>>> => {
    await stage.wait('the limit is over', ms + 3000, () =>
      Promise.resolve(performance.now() - start > ms ? true : undefined),
    );
    await stage.truthIsCurrent();
    return stage.truth.snapshot(instance.uid);
  };
  const marks = [await sentBy(limitMs), await sentBy(2 * limitMs)];
  await stage.heard(instance, 30);
  const owner = { ...instance, sinkIp: stage.sinkIp };
  const late = [0, 0];
  for (const file of view.files) {
    const bytes = await bytesOrGone(stage, file);
    if (bytes === undefined) continue;
    const { sent } = await readContents(bytes, owner);
    for (const [incarnation, numbers] of sent)
      for (const [index, mark] of marks.entries()) {
        const last = Math.max(-1, ...(mark.get(incarnation) ?? []));
        late[index] = (late[index] ?? 0) + [...numbers].filter((seq) => seq > last).length;
      }
  }
  const [afterLimit = 0, afterTwice = 0] = late;
  return { afterLimit, afterTwice };
}

function judgeSilence({ t, subject }: CaptureStage, { afterLimit, afterTwice }: Silence, limitMs: number): void {
  if (afterLimit > 0 && afterTwice === 0)
    t.inconclusive(
      `${subject.name}, files of the deleted object: ${afterLimit} packets were sent later than ${limitMs} ms after its deletion, none later than ${2 * limitMs} ms: a busy machine may take as long`,
    );
  t.judge(endsInTime, {
    outcome: afterTwice === 0 ? 'in-time' : 'packets-after',
    facts: { with: 'object' },
    measures: { 'late-packets': afterTwice },
    subject: `${subject.name}, files of the deleted object`,
    expected: `no packet that was sent later than ${limitMs} ms after its deletion`,
    observed: `${afterLimit} packets, ${afterTwice} of them later than ${2 * limitMs} ms`,
  });
}

/** Files may go with their object; one that cannot be fetched for another reason may hold anything. */
async function bytesOrGone({ t, subject }: CaptureStage, file: CaptureFile): Promise<Uint8Array | undefined> {
  try {
    return await subject.fetch(t.env.cluster, file, t.signal);
  } catch (error) {
    if (error instanceof CaptureFileGone) return undefined;
    throw error;
  }
}

/** Those that write its files: while they are waited for to end, captures of other specs may begin. */
async function processesOf(
  stage: CaptureStage,
  view: CaptureView,
  request: CaptureRequest,
): Promise<readonly string[]> {
  if (!stage.can('tcpdump-process')) return [];
  const paths = new Set(view.files.map((file) => file.path));
  const running = await stage.tcpdumpsOf(view, request);
  return running.flatMap(({ id, file }) => (file !== undefined && paths.has(file) ? [id] : []));
}
