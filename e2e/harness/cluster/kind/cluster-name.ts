/** Names of our clusters: one per configuration, short enough for a node's name to be a host name and a label (63). */
import { createHash } from 'node:crypto';
import type { FamilyMode } from '../cluster.ts';

export const namePrefix = 'staleproof-';
/** kind appends `-control-plane`. */
const longest = 63 - '-control-plane'.length;

/** `staleproof-<purpose>-<family>[-<number>]`; a purpose that is too long ends in a hash of itself. */
export function clusterName(purpose: string, family: FamilyMode, number = 1): string {
  const slug =
    purpose
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'e2e';
  const tail = `-${family}${number > 1 ? `-${number}` : ''}`;
  const room = longest - namePrefix.length - tail.length;
  const fits = slug.length <= room ? slug : `${slug.slice(0, room - 7).replace(/-$/, '')}-${digest(slug).slice(0, 6)}`;
  return namePrefix + fits + tail;
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
