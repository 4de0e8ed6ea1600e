/** By what rows are picked out of a table. */

/** What a row must be to count; absent fields match everything. */
export interface EntryMatch {
  readonly protocol?: string;
  readonly src?: string;
  readonly sport?: number;
  readonly dst?: string;
  readonly dport?: number;
  readonly replySrc?: string;
  readonly replySport?: number;
  /** Zones in which the packets of a direction are looked up; 0 is the one that is not printed. */
  readonly originalZone?: number;
  readonly replyZone?: number;
}
