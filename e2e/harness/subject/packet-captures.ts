/** Packet-capture controllers by name. Declarations only; each is loaded when chosen. */
import type { SubjectEntry } from './subject.ts';

export const packetCaptures: readonly SubjectEntry[] = [];
