/** Where a capture file ends too early, in words. */
import type { CaptureSummary } from './pcap-reader.ts';

/** Undefined for a whole file. */
export function cutText({ truncated, packets }: CaptureSummary): string | undefined {
  if (truncated === undefined) return undefined;
  const { offset, have, need } = truncated;
  const what = packets === 0 && offset === 0 ? 'the file header' : 'a record';
  return `cut off at byte ${offset}: ${have} of ${need} bytes of ${what}`;
}
