/** That captures end: their processes, counted on the nodes, and their packets, after the object was deleted. */
import type { CaptureInstance, CaptureStage } from '../stage/capture-stage.ts';
import { reached } from '../stage/capture-wait.ts';
import { sandboxesOf } from '../faults/recreate-sandbox.ts';
import type { CaptureRequest, CaptureView } from '../subjects/capture-subject.ts';
import { readContents } from '../evidence/capture-contents.ts';
import { capturesOnNode } from '../evidence/capture-premises.ts';

const GONE_MS = 20_000;

/** One tcpdump an object while it captures, none after: counted on the nodes, whatever containers they are in. */
export async function judgeProcesses(stage: CaptureStage, view: CaptureView, wanted: number): Promise<void> {
  if (!stage.can('tcpdump-process')) return;
  let found: readonly string[] = [];
  await reached(
    stage.wait(`${wanted} tcpdump for the capture`, 5_000, async () => {
      found = await processesOf(stage, view);
      return found.length === wanted ? true : undefined;
    }),
  );
  stage.t.judge({
    ok: found.length === wanted,
    subject: stage.subject.name,
    expected: `${wanted} tcpdump for one object`,
    observed: `${found.length} ${found.join(', ')}`,
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
      (await processesOf(stage, view)).length === 0 ? performance.now() - start : undefined,
    ),
  );
  if (ended !== undefined) t.evidence.measure({ name: 'end after sandbox', value: ended, unit: 'ms', bound: limitMs });
  t.judge({
    ok: ended !== undefined && ended <= t.wait(limitMs),
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
      const count = now === undefined ? 0 : (await processesOf(stage, now)).length;
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
      (await processesOf(stage, view)).length === 0 ? performance.now() - start : undefined,
    ),
  );
  await stage.wait('the limit is over', limitMs + 3000, () =>
    Promise.resolve(performance.now() - start > bound ? true : undefined),
  );
  await judgeSilence(stage, view, instance, limitMs);
  if (stage.can('tcpdump-process')) {
    if (ended !== undefined)
      t.evidence.measure({ name: 'end after deletion', value: ended, unit: 'ms', bound: limitMs });
    t.judge({
      ok: ended !== undefined && ended <= bound,
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
  t.judge({
    ok: gone === true,
    subject: subject.name,
    expected: 'the deleted object to go',
    observed: 'still there with its finalizer',
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
    // Files may go with their object.
    const bytes = await subject.fetch(t.env.cluster, file, t.signal).catch(() => undefined);
    if (bytes === undefined) continue;
    const { sent } = await readContents(bytes, owner);
    for (const [incarnation, numbers] of sent) {
      const last = Math.max(-1, ...(before.get(incarnation) ?? []));
      late += [...numbers].filter((seq) => seq > last).length;
    }
  }
  t.judge({
    ok: late === 0,
    subject: `${subject.name}, files of the deleted object`,
    expected: `no packet that was sent later than ${limitMs} ms after its deletion`,
    observed: `${late} packets`,
  });
}

async function processesOf(stage: CaptureStage, view: CaptureView): Promise<readonly string[]> {
  const paths = new Set(view.files.map((file) => file.path));
  const nodes = await stage.t.env.cluster.nodes();
  const all = await Promise.all(nodes.map(async (node) => ({ node, running: await capturesOnNode(node) })));
  return all.flatMap(({ node, running }) =>
    running.filter(({ file }) => paths.has(file)).map(({ pid }) => `${node.name}:${pid}`),
  );
}
