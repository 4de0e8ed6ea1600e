/** A capture of any tool, held against the pod that it is said to be of. */
import { cutText } from '../../../harness/pcap/pcap-cut.ts';
import { PcapFormatError, type PacketReader } from '../../../harness/pcap/pcap-reader.ts';
import { ownerOf, type AuditedPod, type Owner } from './capture-owner.ts';

export interface Audit {
  readonly packets: number;
  readonly pod: number;
  /** Frames by what they are; beyond 1,000 texts the rest has one of its own, so that memory does not grow with the file. */
  readonly others: ReadonlyMap<string, number>;
  readonly unexplained: ReadonlyMap<string, number>;
  /** Where the file ends too early or contradicts itself. */
  readonly flaw: string | undefined;
  /** What the writer of a pcapng file says that it lost. */
  readonly dropped: number | undefined;
  /** Milliseconds since the epoch, of the first and the last frame in the file's order. */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
}

export interface AuditVerdict {
  /** `pod`: only the pod's frames. `others`: frames of others. `unknown`: cannot say. */
  readonly kind: 'pod' | 'others' | 'unknown';
  readonly reason: string;
}

const TEXTS = 1000;
const SHOWN = 12;

/** Reads the file once, in bounded memory. Errors: those of the file system. */
export async function auditCapture(reader: PacketReader, pod: AuditedPod): Promise<Audit> {
  const counts: Record<Owner['kind'], Map<string, number>> = {
    pod: new Map(),
    other: new Map(),
    unexplained: new Map(),
  };
  let packets = 0;
  let [firstMs, lastMs]: [number | undefined, number | undefined] = [undefined, undefined];
  let flaw: string | undefined;
  let dropped: number | undefined;
  try {
    for await (const batch of reader.batches())
      for (const packet of batch) {
        packets++;
        lastMs = packet.epochMs;
        firstMs ??= lastMs;
        const { kind, what } = ownerOf(packet, pod);
        const texts = counts[kind];
        const text = texts.size < TEXTS || texts.has(what) ? what : 'further conversations';
        texts.set(text, (texts.get(text) ?? 0) + 1);
      }
    flaw = cutText(reader.summary);
    dropped = reader.summary.droppedByInterface;
  } catch (error) {
    if (!(error instanceof PcapFormatError)) throw error;
    flaw = `damaged: ${error.message}`;
  }
  const { other: others, unexplained } = counts;
  return { packets, pod: sum(counts.pod), others, unexplained, flaw, dropped, firstMs, lastMs };
}

/** Frames of others are certain whatever else is not; that all are the pod's is only certain of a whole file. */
export function auditVerdict({ packets, pod, others, unexplained, flaw }: Audit): AuditVerdict {
  if (others.size > 0) return { kind: 'others', reason: `${sum(others)} of ${packets} frames are of others` };
  if (unexplained.size > 0)
    return { kind: 'unknown', reason: `${sum(unexplained)} of ${packets} frames remain unexplained` };
  if (flaw !== undefined) return { kind: 'unknown', reason: `the file is not whole: ${flaw}` };
  if (pod === 0) return { kind: 'unknown', reason: 'the file holds no frame' };
  return { kind: 'pod', reason: `all ${packets} frames are the pod's` };
}

/** For a person: counts, what the others' frames are, the verdict last. */
export function auditText(name: string, audit: Audit, pod: AuditedPod): string {
  const { packets, others, unexplained, flaw, dropped, firstMs, lastMs } = audit;
  const span =
    firstMs === undefined || lastMs === undefined
      ? ''
      : `, ${new Date(firstMs).toISOString()} to ${new Date(lastMs).toISOString()}`;
  const lines = [`${name}: ${packets} frames${span}`, `  ${audit.pod} of the pod (${[...pod.ips].join(', ')})`];
  lines.push(
    `  ${sum(others)} of others`,
    ...listed(others),
    `  ${sum(unexplained)} unexplained`,
    ...listed(unexplained),
  );
  if (flaw !== undefined) lines.push(`  ${flaw}`);
  if (dropped !== undefined && dropped > 0) lines.push(`  the writer lost ${dropped} frames`);
  const { kind, reason } = auditVerdict(audit);
  const verdict = { pod: "only the pod's frames", others: 'frames of others', unknown: 'cannot say' }[kind];
  return [...lines, `verdict: ${verdict}: ${reason}`].join('\n');
}

function listed(counts: ReadonlyMap<string, number>): readonly string[] {
  const largest = [...counts].sort((a, b) => b[1] - a[1]);
  const lines = largest.slice(0, SHOWN).map(([what, count]) => `  ${String(count).padStart(8)}  ${what}`);
  return largest.length > SHOWN ? [...lines, `            and ${largest.length - SHOWN} more`] : lines;
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
