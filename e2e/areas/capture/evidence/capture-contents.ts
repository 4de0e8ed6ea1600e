/** What a capture file holds, frame by frame, held against the instance it is said to be of. */
import { explain, type FrameOwner } from './capture-frames.ts';
import { PcapFormatError, readPackets, type CaptureSummary, type Packet } from '../../../harness/pcap/pcap-reader.ts';

export interface CaptureContents {
  readonly summary: CaptureSummary | undefined;
  /** The file contradicts itself. */
  readonly damage: string | undefined;
  readonly packets: number;
  /** Sequence numbers that went out, by incarnation. */
  readonly sent: ReadonlyMap<string, ReadonlySet<number>>;
  readonly neighbour: number;
  readonly echoes: number;
  /** The first of them, decoded; `foreignCount` counts all. */
  readonly foreign: readonly string[];
  readonly foreignCount: number;
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
}

const SHOWN = 8;

export async function readContents(bytes: Uint8Array, owner: FrameOwner): Promise<CaptureContents> {
  const sent = new Map<string, Set<number>>();
  const foreign: string[] = [];
  let [packets, neighbour, echoes, foreignCount] = [0, 0, 0, 0];
  let firstMs: number | undefined;
  let lastMs: number | undefined;
  const take = (packet: Packet): void => {
    packets++;
    firstMs ??= packet.epochMs;
    lastMs = packet.epochMs;
    const explained = explain(packet, owner);
    if (explained.kind === 'neighbour') neighbour++;
    else if (explained.kind === 'echo') echoes++;
    else if (explained.kind === 'foreign') {
      if (foreignCount++ < SHOWN) foreign.push(explained.text);
    } else {
      const numbers = sent.get(explained.incarnation) ?? new Set<number>();
      sent.set(explained.incarnation, numbers.add(explained.seq));
    }
  };
  const reader = readPackets([bytes]);
  let damage: string | undefined;
  try {
    for await (const batch of reader.batches()) batch.forEach(take);
  } catch (error) {
    if (!(error instanceof PcapFormatError)) throw error;
    damage = error.message;
  }
  const summary = damage === undefined ? reader.summary : undefined;
  return { summary, damage, packets, sent, neighbour, echoes, foreign, foreignCount, firstMs, lastMs };
}

/** UID of the first nonce in the file, whoever's it is; undefined when nobody speaks in it, or it is no capture. */
export async function speakerOf(bytes: Uint8Array): Promise<string | undefined> {
  try {
    for await (const { frame } of readPackets([bytes])) {
      if (frame.transport?.protocol !== 'udp') continue;
      const [tag, uid] = frame.transport.payload.toString('latin1', 0, 64).split('|');
      if (tag === 'PCB1') return uid;
    }
  } catch (error) {
    if (!(error instanceof PcapFormatError)) throw error;
  }
  return undefined;
}
