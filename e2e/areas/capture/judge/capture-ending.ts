/** That captures end: their processes, counted on the nodes, and their packets, after the object was deleted. */
import type { CaptureInstance, CaptureStage } from '../stage/capture-stage.ts';
import { reached } from '../stage/capture-wait.ts';
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
  const { t } = stage;
  await stage.wait('the sandbox is gone', GONE_MS, async () =>
    (await sandboxesOf(instance.node, instance.uid)).length === 0 ? true : undefined,
  );
  const view = await stage.view(request);
  if (view === undefined || !stage.can('tcpdump-process')) return;
  const start = performance.now();
  const ended = await reached(
    stage.wait('its tcpdump ends', limitMs + 3000, async () =>
      (await processesOf(stage, view, request)).length === 0 ? performance.now() - start : undefined,
    ),
  );
  if (ended !== undefined) t.evidence.measure({ name: 'end after sandbox', value: ended, unit: 'ms', bound: limitMs });
  t.judge(endsInTime, {
    outcome: endOf(ended, t.wait(limitMs)),
    facts: { with: 'sandbox' },
    subject: stage.subject.name,
    expected: `no tcpdump ${limitMs} ms after its sandbox`,
    observed: ended === undefined ? 'still running' : `ended after ${Math.round(ended)} ms`,
  });
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
  const bound = t.wait(limitMs);
  const start = performance.now();
  await subject.delete(t.env.cluster, request.namespace, request.name, t.signal);
  const ended = await reached(
    stage.wait('its tcpdump ends', limitMs + 3000, async () =>
      (await processesOf(stage, view, request)).length === 0 ? performance.now() - start : undefined,
    ),
  );
  await stage.wait('the limit is over', limitMs + 3000, () =>
    Promise.resolve(performance.now() - start > bound ? true : undefined),
  );
  await judgeSilence(stage, view, instance, limitMs);
  if (stage.can('tcpdump-process')) {
    if (ended !== undefined)
      t.evidence.measure({ name: 'end after deletion', value: ended, unit: 'ms', bound: limitMs });
    t.judge(endsInTime, {
      outcome: endOf(ended, bound),
      facts: { with: 'object' },
      subject: subject.name,
      expected: `no tcpdump of a deleted object after ${limitMs} ms`,
      observed: ended === undefined ? 'still running' : `ended after ${Math.round(ended)} ms`,
    });
  }
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

/** Lets the instance talk on, and looks whether its files took any of it. */
async function judgeSilence(
  stage: CaptureStage,
  view: CaptureView,
  instance: CaptureInstance,
  limitMs: number,
): Promise<void> {
  const { t, subject } = stage;
  await stage.truthIsCurrent();
  const before = stage.truth.snapshot(instance.uid);
  await stage.heard(instance, 30);
  const owner = { ...instance, sinkIp: stage.sinkIp };
  let late = 0;
  for (const file of view.files) {
    const bytes = await bytesOrGone(stage, file);
    if (bytes === undefined) continue;
    const { sent } = await readContents(bytes, owner);
    for (const [incarnation, numbers] of sent) {
      const last = Math.max(-1, ...(before.get(incarnation) ?? []));
      late += [...numbers].filter((seq) => seq > last).length;
    }
  }
  t.judge(endsInTime, {
    outcome: late === 0 ? 'in-time' : 'packets-after',
    facts: { with: 'object' },
    measures: { 'late-packets': late },
    subject: `${subject.name}, files of the deleted object`,
    expected: `no packet that was sent later than ${limitMs} ms after its deletion`,
    observed: `${late} packets`,
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

const endOf = (ended: number | undefined, bound: number): 'in-time' | 'late' | 'still-running' =>
  ended === undefined ? 'still-running' : ended <= bound ? 'in-time' : 'late';

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
