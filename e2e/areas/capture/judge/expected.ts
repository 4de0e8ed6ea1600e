/** What is expected of an instance of the target and of its files. */
import type { CaptureInstance } from '../stage/capture-stage.ts';

export interface Expected {
  readonly instance: CaptureInstance;
  /** Whether the instance, and with it the file, has ended. */
  readonly ended: boolean;
  /** Packets that may be missing at the start; `any` when the capture came after the target. Default two. */
  readonly blind?: number | 'any';
  /** The agent was away while the instance lived: what it missed at the end is not its fault. */
  readonly endsEarly?: boolean;
  /** The capture was over before this instance: no file may be of it. */
  readonly unwanted?: boolean;
  /** The agent was away in between. */
  readonly gapsAllowed?: boolean;
}
