/** The verdict on one capture file: it is of one instance of the target, and every frame in it is that instance's. */
import { createHash } from 'node:crypto';
import type { CaptureInstance, CaptureStage } from '../stage/capture-stage.ts';
import { CaptureFileGone, type CaptureFile } from '../subjects/capture-subject.ts';
import { fileWhole, onlyItsFrames } from './capture-judgements.ts';
import type { Expected } from './expected.ts';
import { readContents, speakerOf, type CaptureContents } from '../evidence/capture-contents.ts';
import { describeInstance } from '../evidence/capture-premises.ts';

export interface JudgedFile {
  readonly file: CaptureFile;
  /** UID of the instance that it was held against. */
  readonly owner: string;
  readonly contents: CaptureContents;
  readonly sha256: string;
}

export async function judgeFile(
  stage: CaptureStage,
  file: CaptureFile,
  expected: readonly Expected[],
): Promise<JudgedFile> {
  const { t, subject } = stage;
  const who = `${subject.name}, file of epoch ${file.epoch}`;
  const instances = expected.map((one) => one.instance);
  const state = file.endedAtMs === undefined ? 'open' : 'closed';
  const bytes = await subject.fetch(t.env.cluster, file, t.signal).catch((error: unknown) => {
    if (!(error instanceof CaptureFileGone)) throw error;
    t.judge(fileWhole, {
      outcome: 'gone',
      facts: { file: state },
      subject: who,
      expected: 'a file where the status says that it is',
      observed: error.message,
    });
    throw error;
  });
  const claimed = file.podUID ?? (await unnamedOwner(bytes, instances));
  const { path: artifact } = await t.attach(
    `epoch-${file.epoch}-${claimed.slice(0, 8)}.pcap`,
    bytes,
    'application/vnd.tcpdump.pcap',
  );
  const instance = instances.find((one) => one.uid === claimed);
  const asked = { asked: instance?.asked ?? 'unknown' } as const;
  t.judge(onlyItsFrames, {
    outcome: instance === undefined ? 'foreign-instance' : 'own',
    facts: asked,
    subject: who,
    expected: `to be of an instance of the target: ${instances.map(describeInstance).join(', ')}`,
    observed: `pod UID ${claimed}`,
    artifact,
  });
  const owner = { ...(instance as CaptureInstance), sinkIp: stage.sinkIp };
  const contents = await readContents(bytes, owner);
  const { foreign, foreignCount, packets, damage, summary } = contents;
  t.evidence.record({
    kind: 'capture',
    lane: 'files',
    summary: `epoch ${file.epoch} of ${claimed.slice(0, 8)}: ${packets} packets, ${foreignCount} foreign, ${contents.neighbour} neighbour, ${contents.echoes} echoes, ${file.endReason ?? 'open'}`,
    artifact,
  });
  t.judge(onlyItsFrames, {
    outcome: foreignCount === 0 ? 'own' : 'foreign-frames',
    facts: asked,
    measures: { 'foreign-frames': foreignCount },
    subject: `${who} (${describeInstance(owner)})`,
    expected: 'every frame to be its instance’s nonce, its echo, or neighbour discovery on its link',
    observed: `${foreignCount} of ${packets} frames foreign: ${foreign.join('; ')}`,
    artifact,
  });
  const cut = state === 'closed' && summary?.truncated !== undefined;
  t.judge(fileWhole, {
    outcome: damage !== undefined ? 'damaged' : cut ? 'cut-off' : 'whole',
    facts: { file: state },
    subject: who,
    expected: 'a whole capture file',
    observed: damage ?? (summary?.truncated === undefined ? 'whole' : `cut off after ${summary.packets} packets`),
    artifact,
  });
  return { file, owner: claimed, contents, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** A subject that names no instance is held to the first that speaks in the file; whoever speaks after it is foreign. */
async function unnamedOwner(bytes: Uint8Array, instances: readonly CaptureInstance[]): Promise<string> {
  const speaker = await speakerOf(bytes);
  // A stranger is nobody's owner: held against the target, his frames are shown as what they are.
  return (instances.find((one) => one.uid === speaker) ?? instances[0])?.uid ?? 'none';
}
