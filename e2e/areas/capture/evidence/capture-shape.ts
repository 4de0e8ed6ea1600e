/** The form of capture files: ring parts on the node, and how much of each frame was kept. */
import type { CaptureInstance, CaptureStage } from '../stage/capture-stage.ts';
import type { CaptureFile } from '../subjects/capture-subject.ts';
import { readContents, type CaptureContents } from './capture-contents.ts';
import { readPackets } from '../../../harness/pcap/pcap-reader.ts';

export interface RingPart {
  readonly path: string;
  readonly bytes: number;
  readonly contents: CaptureContents;
}

/** The files of a ring as they lie on the node: the path of the capture with a number behind it, or without one where no ring was kept. Attached to the report. */
export async function ringParts(
  stage: CaptureStage,
  file: CaptureFile,
  instance: CaptureInstance,
): Promise<readonly RingPart[]> {
  const { t } = stage;
  const node = await t.env.cluster.node(file.nodeName);
  const script = 'for f in "$1" "$1"[0-9]*; do [ -f "$f" ] && echo "$f"; done; true';
  const list = await node.run(['sh', '-c', script, 'sh', file.path], { signal: t.signal });
  const paths = list.split('\n').filter((path) => path !== '');
  const parts: RingPart[] = [];
  for (const path of paths) {
    const bytes = await node.readFile(path);
    await t.attach(path.slice(path.lastIndexOf('/') + 1), bytes, 'application/vnd.tcpdump.pcap');
    const contents = await readContents(bytes, { ...instance, sinkIp: stage.sinkIp });
    parts.push({ path, bytes: bytes.length, contents });
  }
  return parts;
}

/** Longest kept and longest sent frame of a file, in bytes. */
export async function frameLengths(
  bytes: Uint8Array,
): Promise<{ readonly packets: number; readonly kept: number; readonly sent: number }> {
  let [packets, kept, sent] = [0, 0, 0];
  for await (const packet of readPackets([bytes])) {
    packets++;
    kept = Math.max(kept, packet.capturedLength);
    sent = Math.max(sent, packet.originalLength);
  }
  return { packets, kept, sent };
}
