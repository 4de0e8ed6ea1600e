/** The verdict on a capture: by its packets, file by file, held against what the sink received. Status is only compared with them. */
import type { CaptureStage } from '../stage/capture-stage.ts';
import { reached } from '../stage/capture-wait.ts';
import type { CaptureFile, CaptureRequest, CaptureView } from '../subjects/capture-subject.ts';
import { fileClosed, filesApart, fileUnchanged, statusCounts } from './capture-judgements.ts';
import { judgeClaims } from './capture-claims.ts';
import { judgeCompleteness } from './capture-completeness.ts';
import type { Expected } from './expected.ts';
import { judgeProcesses } from './capture-ending.ts';
import { judgeFile, type JudgedFile } from './capture-file-judgement.ts';
import { noiseWasThere } from '../evidence/capture-premises.ts';

const CLOSE_MS = 12_000;

export interface JudgeOptions {
  readonly request?: CaptureRequest;
  /** Closed files of an earlier judgement that must be as they were. */
  readonly earlier?: readonly JudgedFile[];
  /** Instances whose files were judged before and are not looked at again. */
  readonly former?: ReadonlySet<string>;
}

/**
 * Judges all files of a capture: each holds its instance and nothing else; together they hold what the sink received of every
 * instance; closed ones are unchanged since `earlier`; exactly one tcpdump runs when an instance lives, none otherwise. Last of
 * all it judges what the subject said.
 */
export async function judgeCapture(
  stage: CaptureStage,
  expected: readonly Expected[],
  options: JudgeOptions = {},
): Promise<readonly JudgedFile[]> {
  const { t, subject } = stage;
  await t.evidence.require(noiseWasThere(stage));
  await stage.truthIsCurrent();
  // The truth is taken before the files: what the sink has, the capture must have had earlier.
  const truth = new Map(expected.map(({ instance }) => [instance.uid, stage.truth.snapshot(instance.uid)]));
  const { view, open } = await settledView(stage, expected, options.request);
  const judged: JudgedFile[] = [];
  for (const file of view.files)
    if (options.former?.has(file.podUID ?? '') !== true) judged.push(await judgeFile(stage, file, expected));
  for (const one of expected)
    judgeCompleteness(stage, one, judged, { received: truth.get(one.instance.uid) ?? new Map(), object: view.uid });
  for (const before of options.earlier ?? []) judgeUnchanged(stage, before, judged);
  judgePaths(stage, view);
  // After the packets: a file that goes on is bad, what it goes on with says why.
  t.judge(fileClosed, {
    outcome: open.length === 0 ? 'closed' : 'open',
    facts: { of: 'ended' },
    subject: subject.name,
    expected: 'the file of an instance that has ended to be closed',
    observed: open.map((file) => `epoch ${file.epoch} of ${String(file.podUID).slice(0, 8)} still open`).join(', '),
  });
  judgeClaims(stage);
  for (const { file, contents } of judged)
    if (file.endedAtMs !== undefined)
      t.judge(statusCounts, {
        outcome: countOf(file.packets, contents.packets),
        facts: { unit: 'packets' },
        subject: `${subject.name}, epoch ${file.epoch}`,
        expected: `status to count the ${contents.packets} packets that the file holds`,
        observed: `${file.packets}`,
      });
  await judgeProcesses(stage, view, expected.some((one) => !one.ended) ? 1 : 0, options.request);
  return judged;
}

/** The view once every instance that ended is shown as ended, or what is still open when the time is up. */
async function settledView(
  stage: CaptureStage,
  expected: readonly Expected[],
  request?: CaptureRequest,
): Promise<{ readonly view: CaptureView; readonly open: readonly CaptureFile[] }> {
  const over = new Set(expected.filter((one) => one.ended).map((one) => one.instance.uid));
  const allOver = expected.every((one) => one.ended || one.instance.asked === 'never');
  const isOver = ({ podUID }: CaptureFile): boolean => (podUID === undefined ? allOver : over.has(podUID));
  const stillOpen = (view: CaptureView): readonly CaptureFile[] =>
    view.files.filter((file) => file.endedAtMs === undefined && isOver(file));
  const settled = await reached(
    stage.wait('files of ended instances are closed', CLOSE_MS, async () => {
      const view = await stage.view(request);
      return view !== undefined && stillOpen(view).length === 0 ? view : undefined;
    }),
  );
  const view = settled ?? (await stage.view(request));
  if (view === undefined) throw new Error(`capture ${request?.name ?? 'capture'} is gone while it is judged`);
  return { view, open: stillOpen(view) };
}

function judgePaths(stage: CaptureStage, view: CaptureView): void {
  const places = view.files.map((file) => `${file.nodeName}:${file.path}`);
  stage.t.judge(filesApart, {
    outcome: new Set(places).size === places.length ? 'apart' : 'shared',
    facts: { of: 'captures' },
    subject: stage.subject.name,
    expected: `${places.length} captures to have ${places.length} files`,
    observed: places.join(', '),
  });
}

function judgeUnchanged(stage: CaptureStage, before: JudgedFile, judged: readonly JudgedFile[]): void {
  if (before.file.endedAtMs === undefined) return;
  const after = judged.find(({ file }) => file.epoch === before.file.epoch);
  stage.t.judge(fileUnchanged, {
    outcome: after === undefined ? 'unlisted' : after.sha256 === before.sha256 ? 'same' : 'changed',
    facts: { file: 'closed' },
    subject: `${stage.subject.name}, closed file of epoch ${before.file.epoch}`,
    expected: 'to stay as it was',
    observed:
      after === undefined ? 'no longer listed' : `${before.contents.packets} packets became ${after.contents.packets}`,
  });
}

export const countOf = (said: number | undefined, held: number): 'right' | 'too-few' | 'too-many' | 'unsaid' =>
  said === undefined ? 'unsaid' : said === held ? 'right' : said < held ? 'too-few' : 'too-many';
