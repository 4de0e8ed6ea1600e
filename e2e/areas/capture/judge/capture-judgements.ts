/** What is judged of a capture: its frames, its files, its processes and its words, each with the ways in which it may fail. */
import { judgement } from '../../../harness/run/judgement.ts';

/** How the capture was asked for: before the instance began, while it ran, or never for this instance. */
const ASKED = ['before', 'after', 'never'] as const;

/** The status names this instance as captured. */
export const saysBound = judgement({
  id: 'capture-bound',
  passes: ['bound'],
  fails: ['not-capturing', 'other-instance', 'not-again', 'no-object'],
  facts: { asked: ASKED, again: ['first', 'again'] },
});

export const saysPhase = judgement({
  id: 'capture-phase',
  passes: ['said'],
  fails: ['other-phase', 'other-reason', 'no-object'],
  facts: { wanted: ['pending', 'refused', 'failed', 'ended', 'completed'] },
});

export const onlyItsFrames = judgement({
  id: 'only-its-frames',
  passes: ['own'],
  fails: ['foreign-frames', 'foreign-instance'],
  facts: { asked: [...ASKED, 'unknown'] },
});

export const fileWhole = judgement({
  id: 'file-whole',
  passes: ['whole'],
  fails: ['damaged', 'cut-off', 'gone'],
  facts: { file: ['open', 'closed'] },
});

/** Of what the sink received. */
export const packetsComplete = judgement({
  id: 'packets-complete',
  passes: ['complete'],
  fails: ['none-captured', 'late-start', 'gaps', 'tail-lost'],
  facts: { asked: ASKED, instance: ['ended', 'living'], disturbed: ['yes', 'no'] },
});

export const noFile = judgement({
  id: 'no-file',
  passes: ['none'],
  fails: ['file-there'],
  facts: { because: ['over', 'no-pod', 'refused'] },
});

/** The file of an instance that has ended. */
export const fileClosed = judgement({
  id: 'file-closed',
  passes: ['closed'],
  fails: ['open'],
  facts: { of: ['ended'] },
});

export const fileUnchanged = judgement({
  id: 'file-unchanged',
  passes: ['same'],
  fails: ['changed', 'unlisted', 'fewer-packets'],
  facts: { file: ['open', 'closed'] },
});

export const filesApart = judgement({
  id: 'files-apart',
  passes: ['apart'],
  fails: ['shared'],
  facts: { of: ['captures'] },
});

/** What the status counts is what the file holds. */
export const statusCounts = judgement({
  id: 'status-counts',
  passes: ['right'],
  fails: ['too-few', 'too-many', 'unsaid'],
  facts: { unit: ['packets', 'bytes'] },
});

export const processCount = judgement({
  id: 'tcpdump-count',
  passes: ['right'],
  fails: ['too-many', 'too-few'],
  facts: { wanted: ['none', 'one'] },
});

export const endsInTime = judgement({
  id: 'capture-ends',
  passes: ['in-time'],
  fails: ['late', 'still-running', 'packets-after', 'object-stays'],
  facts: { with: ['sandbox', 'object'] },
});

/** How many files of how many instances, sandboxes, processes or nodes. */
export const fileSet = judgement({
  id: 'file-set',
  passes: ['as-owed'],
  fails: ['too-few', 'too-many', 'wrong-place', 'inherited', 'same-object', 'split'],
  facts: {
    after: [
      'agent-absence',
      'agent-kill',
      'container-restart',
      'cycles',
      'limit',
      'object-recreation',
      'other-node',
      'ring',
      'sandbox-recreation',
    ],
  },
});

/** Limits in bytes and packets, snap length, ring and quota. */
export const sizeKept = judgement({
  id: 'size-kept',
  passes: ['kept'],
  fails: ['too-small', 'too-large', 'wrong-length', 'not-freed'],
  facts: { limit: ['packets', 'bytes', 'snap-length', 'ring', 'quota'] },
});

export const blindWindows = judgement({
  id: 'blind-windows',
  passes: ['few'],
  fails: ['many'],
  facts: { over: ['a-hundred'] },
});
