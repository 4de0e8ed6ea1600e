/**
 * What a policy agent can be found to do, each by an id and closed words. A known defect is matched by these and by nothing else,
 * so each kind of failure has a word of its own.
 */
import { judgement } from '../../../harness/run/judgement.ts';
import { RACE_OWNERS } from '../stage/race-objects.ts';

const PROTOCOLS = ['tcp', 'udp'] as const;

/** A flow that came alive again keeps its entry, whichever pass the agent is in. */
export const liveFlowKept = judgement({
  id: 'live-flow-kept',
  passes: ['kept'],
  fails: ['cut-by-delete'],
  facts: { owner: RACE_OWNERS, path: ['pod', 'service'], protocol: PROTOCOLS, agent: ['held', 'at-its-pace'] },
});

/** The same, met by chance. */
export const chanceCutsNothing = judgement({
  id: 'chance-cuts-nothing',
  passes: ['kept'],
  fails: ['cut-by-delete'],
  facts: { protocol: PROTOCOLS },
});

const CHANGES = ['agent-killed', 'agent-restarted', 'programs-changed', 'map-filled'] as const;
export type AgentChange = (typeof CHANGES)[number];

/** Established flows that are idle work on after something happened to the agent. */
export const idleFlowsSurvive = judgement({
  id: 'idle-flows-survive',
  passes: ['all-heard'],
  // What a client heals by sending is another thing than what stays broken.
  fails: ['cut-until-client-sends', 'cut-for-good'],
  facts: { after: CHANGES },
});

/** A flow that lost its entry works again from the client's next packet on. */
export const cutFlowHeals = judgement({
  id: 'cut-flow-heals',
  passes: ['healed'],
  fails: ['stays-cut', 'healed-late'],
  facts: { after: CHANGES },
});

/** An entry whose flow is idle and tracked by the kernel stays. */
export const idleEntryKept = judgement({
  id: 'idle-entry-kept',
  passes: ['kept'],
  fails: ['entries-deleted', 'flows-cut'],
  facts: { protocol: PROTOCOLS },
});

/** Entries whose flows the kernel has forgotten go. */
export const staleEntriesGone = judgement({
  id: 'stale-entries-gone',
  passes: ['gone'],
  fails: ['entries-stay', 'gone-late'],
  facts: { map: ['of-both-protocols'] },
});

/** Of two flows that differ in their protocol alone the stale one's entry goes and the living one's stays. */
export const protocolsApart = judgement({
  id: 'protocols-apart',
  passes: ['apart'],
  fails: ['stale-entries-stay', 'live-entries-deleted', 'live-flows-cut'],
  facts: { ended: PROTOCOLS },
});

/** The map holds no more than what is new since the last pass. */
export const mapBounded = judgement({
  id: 'map-bounded',
  passes: ['bounded'],
  fails: ['fills-up'],
  facts: { flows: PROTOCOLS },
});

/** What policy forbids stays denied. */
export const forbiddenDenied = judgement({
  id: 'forbidden-denied',
  passes: ['denied'],
  fails: ['passes'],
  facts: { during: ['cleanup-passes'] },
});

/** Rows of the kernel's table that denied connections left go again, long before the kernel itself would drop them. */
export const deniedRowsGo = judgement({
  id: 'denied-rows-go',
  passes: ['gone'],
  fails: ['rows-stay'],
  facts: { path: ['pod', 'service', 'node-port'] },
});

/** The kernel's row of an established connection is not ended by a packet that policy denies. */
export const establishedRowKept = judgement({
  id: 'established-row-kept',
  passes: ['kept'],
  fails: ['ended-by-denied-syn'],
  facts: { syn: ['reply-direction'] },
});

/** A policy whose programs could not be loaded at first is in force once they can be. */
export const failedLoadTriedAgain = judgement({
  id: 'failed-load-tried-again',
  passes: ['enforced'],
  fails: ['stays-open', 'leaks'],
  facts: { load: ['failed-once'] },
});

/** Programs and maps of a pod go when the pod and its policy are gone. */
export const pinsGoWithPod = judgement({
  id: 'pins-go-with-pod',
  passes: ['gone'],
  fails: ['pins-stay'],
  facts: { pod: ['deleted'] },
});

/** What the agent counts as deleted is what it says that it deleted, entry by entry. */
export const countedDeletesTrue = judgement({
  id: 'counted-deletes-true',
  passes: ['true'],
  fails: ['counts-more', 'counts-less'],
  facts: { map: ['of-both-protocols'] },
});

/** A pod that a policy selects is isolated. */
export const podIsolated = judgement({
  id: 'pod-isolated',
  passes: ['isolated'],
  // That the agent says so itself tells an agent that gave up from one that never began.
  fails: ['never-isolated', 'gave-up', 'leaks'],
  facts: { pod: ['new', 'recreated'] },
});
