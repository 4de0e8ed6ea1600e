/** The verdict on a capture: by its packets, file by file, held against what the sink received. Status is only compared with them. */
import { createHash } from 'node:crypto';
import type { CaptureInstance, CaptureStage } from '../fault/capture-stage.ts';
import { reached } from '../fault/capture-wait.ts';
import type { CaptureFile, CaptureRequest, CaptureView } from '../subject/capture-subject.ts';
import { readContents, type CaptureContents } from './capture-contents.ts';
import { capturesOnNode, describeInstance, noiseWasThere } from './capture-premises.ts';
import { completeness } from './capture-truth.ts';

/** How many packets of a new instance may be missed before its capture runs. */
export const BLIND_PACKETS = 2;
const BIND_MS = 20_000;
const PERIOD_MS = 50;

export interface Expected {
  readonly instance: CaptureInstance;
  /** Whether the instance, and with it the file, has ended. */
  readonly ended: boolean;
  /** Packets that may be missing at the start; undefined when the capture came after the target. Default BLIND_PACKETS. */
  readonly blind?: number | 'any';
  /** The agent was away while the instance lived: what it missed at the end is not its fault. */
  readonly endsEarly?: boolean;
  /** The agent was away in between. */
  readonly gapsAllowed?: boolean;
}

export interface JudgedFile {
  readonly file: CaptureFile;
  readonly contents: CaptureContents;
  readonly sha256: string;
}

/** Waits until the subject says that it captures this instance; judged, for that is what it owes. */
export async function judgeBound(
  stage: CaptureStage,
  instance: CaptureInstance,
  options: { readonly request?: CaptureRequest; readonly moreFilesThan?: number; readonly withinMs?: number } = {},
): Promise<CaptureView> {
  const start = performance.now();
  let last: CaptureView | undefined;
  const view = await reached(
    stage.wait('the capture is bound', options.withinMs ?? BIND_MS, async () => {
      last = await stage.view(options.request);
      const enough = (last?.files.length ?? 0) > (options.moreFilesThan ?? 0);
      return last?.capturing === true && last.podUID === instance.uid && enough ? last : undefined;
    }),
  );
  stage.t.judge({
    ok: view !== undefined,
    subject: `${stage.subject.name} on ${describeInstance(instance)}`,
    expected:
      options.moreFilesThan === undefined
        ? 'to say that it captures this instance'
        : `to capture it once more, after ${options.moreFilesThan} captures`,
    observed: `phase ${String(last?.phase)} (${String(last?.reason)}), pod UID ${String(last?.podUID)}`,
    durationMs: performance.now() - start,
  });
  return view as CaptureView;
}

/**
 * Judges all files of a capture: each holds its instance and nothing else; together they hold what the sink received of every
 * instance; closed ones are unchanged since `earlier`; exactly one tcpdump runs when an instance lives, none otherwise.
 */
export async function judgeCapture(
  stage: CaptureStage,
  expected: readonly Expected[],
  options: { readonly request?: CaptureRequest; readonly earlier?: readonly JudgedFile[] } = {},
): Promise<readonly JudgedFile[]> {
  const { t, subject } = stage;
  await t.evidence.require(noiseWasThere(stage));
  await stage.truthIsCurrent();
  // The truth is taken before the files: what the sink has, the capture must have had earlier.
  const truth = new Map(expected.map(({ instance }) => [instance.uid, stage.truth.snapshot(instance.uid)]));
  const live = expected.some((one) => !one.ended);
  const { view, open } = await settledView(stage, expected, options.request);
  const judged: JudgedFile[] = [];
  for (const file of view.files) judged.push(await judgeFile(stage, file, expected));
  // After the packets: a file that goes on is bad, what it goes on with says why.
  t.judge({
    ok: open.length === 0,
    subject: subject.name,
    expected: 'the file of an instance that has ended to be closed',
    observed: open.map((file) => `epoch ${file.epoch} of ${String(file.podUID).slice(0, 8)} still open`).join(', '),
  });
  judgePaths(stage, view);
  for (const one of expected) judgeCompleteness(stage, one, judged, truth.get(one.instance.uid) ?? new Map());
  for (const before of options.earlier ?? []) judgeUnchanged(stage, before, judged);
  for (const { file, contents } of judged)
    if (file.endedAtMs !== undefined)
      t.judge({
        ok: file.packets === contents.packets,
        subject: `${subject.name}, epoch ${file.epoch}`,
        expected: `status to count the ${contents.packets} packets that the file holds`,
        observed: `${file.packets}`,
      });
  await judgeProcesses(stage, view, live ? 1 : 0);
  return judged;
}

/** The view once every instance that ended is shown as ended, or what is still open when the time is up. */
async function settledView(
  stage: CaptureStage,
  expected: readonly Expected[],
  request?: CaptureRequest,
): Promise<{ readonly view: CaptureView; readonly open: readonly CaptureFile[] }> {
  const over = new Set(expected.filter((one) => one.ended).map((one) => one.instance.uid));
  const stillOpen = (view: CaptureView): readonly CaptureFile[] =>
    view.files.filter((file) => file.endedAtMs === undefined && over.has(file.podUID ?? ''));
  const settled = await reached(
    stage.wait('files of ended instances are closed', BIND_MS, async () => {
      const view = await stage.view(request);
      return view !== undefined && stillOpen(view).length === 0 ? view : undefined;
    }),
  );
  const view = settled ?? (await stage.view(request));
  if (view === undefined) throw new Error(`capture ${request?.name ?? 'capture'} is gone while it is judged`);
  return { view, open: stillOpen(view) };
}

async function judgeFile(stage: CaptureStage, file: CaptureFile, expected: readonly Expected[]): Promise<JudgedFile> {
  const { t, subject } = stage;
  const who = `${subject.name}, file of epoch ${file.epoch}`;
  const instance = expected.map((one) => one.instance).find((one) => one.uid === file.podUID);
  const bytes = await subject.fetch(t.env.cluster, file, t.signal);
  const name = `epoch-${file.epoch}-${String(file.podUID).slice(0, 8)}.pcap`;
  const { path: artifact } = await t.attach(name, bytes, 'application/vnd.tcpdump.pcap');
  t.judge({
    ok: instance !== undefined,
    subject: who,
    expected: `to be of an instance of the target: ${expected.map((one) => describeInstance(one.instance)).join(', ')}`,
    observed: `pod UID ${String(file.podUID)}`,
    artifact,
  });
  const owner = { ...(instance as CaptureInstance), sinkIp: stage.sinkIp };
  const contents = await readContents(bytes, owner);
  const { foreign, foreignCount, packets, damage, summary } = contents;
  t.evidence.record({
    kind: 'capture',
    lane: 'files',
    summary: `epoch ${file.epoch} of ${String(file.podUID).slice(0, 8)}: ${packets} packets, ${foreignCount} foreign, ${contents.neighbour} neighbour, ${contents.echoes} echoes, ${file.endReason ?? 'open'}`,
    artifact,
  });
  t.judge({
    ok: foreignCount === 0,
    subject: `${who} (${describeInstance(owner)})`,
    expected: 'every frame to be its instance’s nonce, its echo, or neighbour discovery on its link',
    observed: `${foreignCount} of ${packets} frames foreign: ${foreign.join('; ')}`,
    artifact,
  });
  const whole = damage === undefined && (file.endedAtMs === undefined || summary?.truncated === undefined);
  t.judge({
    ok: whole,
    subject: who,
    expected: 'a whole capture file',
    observed: damage ?? (summary?.truncated === undefined ? 'whole' : `cut off after ${summary.packets} packets`),
    artifact,
  });
  return { file, contents, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function judgePaths(stage: CaptureStage, view: CaptureView): void {
  const places = view.files.map((file) => `${file.nodeName}:${file.path}`);
  stage.t.judge({
    ok: new Set(places).size === places.length,
    subject: stage.subject.name,
    expected: `${places.length} captures to have ${places.length} files`,
    observed: places.join(', '),
  });
}

function judgeCompleteness(
  stage: CaptureStage,
  { instance, ended, blind = BLIND_PACKETS, endsEarly = false, gapsAllowed = false }: Expected,
  judged: readonly JudgedFile[],
  truth: ReadonlyMap<string, ReadonlySet<number>>,
): void {
  const { t } = stage;
  const files = judged.filter(({ file }) => file.podUID === instance.uid);
  for (const [incarnation, received] of truth) {
    const captured = new Set(files.flatMap(({ contents }) => [...(contents.sent.get(incarnation) ?? [])]));
    const found = completeness(received, captured);
    const allowed = blind === 'any' ? received.size - 1 : blind;
    t.evidence.measure({
      name: 'blind window',
      value: found.blind,
      unit: 'packets',
      ...(blind === 'any' ? {} : { bound: allowed }),
    });
    t.evidence.measure({ name: 'blind time', value: found.blind * PERIOD_MS, unit: 'ms' });
    t.judge({
      ok:
        found.captured > 0 &&
        found.blind <= allowed &&
        (gapsAllowed || found.gaps.length === 0) &&
        (endsEarly || found.tail === 0),
      subject: `${stage.subject.name} on ${describeInstance(instance)}, process ${incarnation}`,
      expected: `all of the ${found.received} datagrams that the sink received${blind === 'any' ? ' since its first' : `, but for at most ${allowed} at the start`}${ended ? ', down to the last' : ''}`,
      observed: `${found.captured} (${found.blind} missed at the start = ${found.blind * PERIOD_MS} ms, ${found.gaps.length} between, ${found.tail} at the end)`,
    });
  }
}

function judgeUnchanged(stage: CaptureStage, before: JudgedFile, judged: readonly JudgedFile[]): void {
  if (before.file.endedAtMs === undefined) return;
  const after = judged.find(({ file }) => file.epoch === before.file.epoch);
  stage.t.judge({
    ok: after?.sha256 === before.sha256,
    subject: `${stage.subject.name}, closed file of epoch ${before.file.epoch}`,
    expected: 'to stay as it was',
    observed:
      after === undefined ? 'no longer listed' : `${before.contents.packets} packets became ${after.contents.packets}`,
  });
}

/** One tcpdump an object while it captures, none after: counted on the nodes, whatever containers they are in. */
export async function judgeProcesses(stage: CaptureStage, view: CaptureView, wanted: number): Promise<void> {
  const paths = new Set(view.files.map((file) => file.path));
  const nodes = await stage.t.env.cluster.nodes();
  let found: readonly string[] = [];
  await reached(
    stage.wait(`${wanted} tcpdump for the capture`, 5_000, async () => {
      const all = await Promise.all(nodes.map(async (node) => ({ node, running: await capturesOnNode(node) })));
      found = all.flatMap(({ node, running }) =>
        running.filter(({ file }) => paths.has(file)).map(({ pid }) => `${node.name}:${pid}`),
      );
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

/** Waits for one of the phases, with that reason when one is given; judged, because the subject owes it. */
export async function judgePhase(
  stage: CaptureStage,
  phases: readonly string[],
  reason?: string,
  request?: CaptureRequest,
): Promise<CaptureView> {
  let last: CaptureView | undefined;
  const view = await reached(
    stage.wait(`phase ${phases.join(' or ')}`, BIND_MS, async () => {
      last = await stage.view(request);
      const right = last !== undefined && phases.includes(last.phase);
      return right && (reason === undefined || last?.reason === reason) ? last : undefined;
    }),
  );
  stage.t.judge({
    ok: view !== undefined,
    subject: stage.subject.name,
    expected: `phase ${phases.join(' or ')}${reason === undefined ? '' : ` because of ${reason}`}`,
    observed: `${String(last?.phase)} because of ${String(last?.reason)}`,
  });
  return view as CaptureView;
}

/** Deletes the capture object and judges that its tcpdumps end within `limitMs` and that the object goes. */
export async function judgeEndOfObject(stage: CaptureStage, request: CaptureRequest, limitMs: number): Promise<void> {
  const { t, subject } = stage;
  const view = await stage.view(request);
  const paths = new Set(view?.files.map((file) => file.path));
  const nodes = await t.env.cluster.nodes();
  const running = async (): Promise<number> =>
    (await Promise.all(nodes.map((node) => capturesOnNode(node)))).flat().filter(({ file }) => paths.has(file)).length;
  await t.evidence.require({
    name: 'a tcpdump runs for the object',
    lane: 'files',
    prove: async () => {
      const count = await running();
      return count === 1 ? { proven: true, value: count, summary: 'one' } : { proven: false, reason: `${count} run` };
    },
  });
  const start = performance.now();
  await subject.delete(t.env.cluster, request.namespace, request.name, t.signal);
  const ended = await reached(
    stage.wait('its tcpdump ends', limitMs + 3000, async () =>
      (await running()) === 0 ? performance.now() - start : undefined,
    ),
  );
  if (ended !== undefined) t.evidence.measure({ name: 'end after deletion', value: ended, unit: 'ms', bound: limitMs });
  t.judge({
    ok: ended !== undefined && ended <= limitMs * t.env.slowFactor,
    subject: subject.name,
    expected: `no tcpdump of a deleted object after ${limitMs} ms`,
    observed: ended === undefined ? `${await running()} still running` : `ended after ${Math.round(ended)} ms`,
  });
  const gone = await reached(
    stage.wait('the object is gone', BIND_MS, async () => {
      const now = await stage.view(request);
      return now === undefined || now.uid !== view?.uid ? true : undefined;
    }),
  );
  t.judge({
    ok: gone === true,
    subject: subject.name,
    expected: 'the deleted object to go',
    observed: 'still there with its finalizer',
  });
}
