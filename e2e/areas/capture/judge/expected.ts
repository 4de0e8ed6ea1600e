/** What is expected of an instance of the target and of its files. */
import type { Away } from '../evidence/capture-truth.ts';
import type { CaptureInstance } from '../stage/capture-stage.ts';

export interface Expected {
  readonly instance: CaptureInstance;
  /** Whether the instance, and with it the file, has ended. */
  readonly ended: boolean;
  /** Owed from the moment at which the subject said that it captures, where that could only be later than the first packet. */
  readonly blind?: 'until-bound';
  /** The capture was to end before the instance: what came later is not owed. */
  readonly endsEarly?: boolean;
  /** The capture was over before this instance: no file may be of it. */
  readonly unwanted?: boolean;
  /** Nobody could capture meanwhile. */
  readonly away?: Away;
}
