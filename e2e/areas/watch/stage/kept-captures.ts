/** Captures of a lane, kept with the spec that asked for it. */
import { readFile } from 'node:fs/promises';
import type { Member } from '../evidence/watch-lane-outcome.ts';
import type { Lane } from './idle-load-balancer.ts';

/** Returns where they are kept; nothing when the spec is over. */
export async function keepCaptures(lane: Lane, members: readonly Member[]): Promise<readonly string[]> {
  const member = members.find(({ profile }) => profile.name === lane.profile.name);
  if (member === undefined || member.t.signal.aborted) return [];
  const kept = [];
  for (const [index, { side, path }] of lane.captures.entries()) {
    const { path: attached } = await member.t.attach(
      // Two on a public path; a pod each on the private one.
      lane.captures.length > 2 && side === 'client' ? `client-side-${index}.pcap` : `${side}-side.pcap`,
      await readFile(path),
      'application/vnd.tcpdump.pcap',
    );
    kept.push(attached);
  }
  return kept;
}
