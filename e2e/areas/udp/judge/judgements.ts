/**
 * What a service proxy can be found to do, each by an id and closed words. A known defect is matched by these and by nothing else,
 * so each kind of failure has a word of its own.
 */
import { judgement } from '../../../harness/run/judgement.ts';
import { FRONTENDS } from '../stage/frontend.ts';

/** What became of the server that a row points at; `appeared` and `became-ready`: there was none, and now there is. */
const BACKENDS = [
  ...['deleted', 'unready', 'terminating', 'left'],
  ...['port-changed', 'service-deleted', 'appeared', 'became-ready'],
] as const;
export type Backend = (typeof BACKENDS)[number];

/** What went on while a flow that it does not concern was watched. */
const DISTURBANCES = [
  ...['clean-up', 'endpoint-added', 'affinity-switched', 'proxy-restarted', 'serving-while-terminating'],
  'invalid-packets',
] as const;
export type Disturbance = (typeof DISTURBANCES)[number];

/** Whether fresh flows showed that the proxy had written its rules for the change; `not-watched`: the spec has no fresh flows. */
const RULES = ['written', 'not-written', 'not-watched'] as const;
export type Rules = (typeof RULES)[number];

const change = { frontend: FRONTENDS, backend: BACKENDS };
const stay = { frontend: FRONTENDS, during: DISTURBANCES };

/** Flows that begin after the change do not go to the server that went. */
export const rulesWritten = judgement({
  id: 'rules-written',
  passes: ['written'],
  fails: ['never-written', 'written-late'],
  facts: change,
});

/** The row whose owner is gone leaves the table in time. */
export const rowRemoved = judgement({
  id: 'row-removed',
  passes: ['removed'],
  fails: ['row-stays', 'removed-late'],
  facts: { ...change, rules: RULES },
});

/** Who made it leave: the kernel saves nobody where it does not happen to be the server's own node. */
export const removedBySubject = judgement({
  id: 'removed-by-subject',
  passes: ['by-subject'],
  fails: ['by-kernel'],
  facts: change,
});

/** The flow is answered by the right server again, and by nobody else. */
export const flowSettles = judgement({
  id: 'flow-settles',
  passes: ['settled'],
  fails: ['nobody-answers', 'wrong-server', 'settled-late', 'falls-silent', 'flaps', 'loses-datagrams'],
  facts: { ...change, rules: RULES },
});

/** Each of many flows of a server that went is answered by another one. */
export const flowsMove = judgement({
  id: 'flows-move',
  passes: ['moved'],
  fails: ['flows-stay', 'nobody-answers', 'moved-late'],
  facts: change,
});

/** A flow follows one of many replacements in a row. */
export const cycleFollowed = judgement({
  id: 'cycle-followed',
  passes: ['followed'],
  fails: ['nobody-answers', 'wrong-server', 'followed-late'],
  facts: change,
});

/** The row of a flow that the change does not concern stays the same row. */
export const rowKept = judgement({
  id: 'row-kept',
  passes: ['kept'],
  fails: ['deleted-by-program', 'deleted-by-kernel'],
  facts: stay,
});

/** Such a flow loses nothing. */
export const flowUnharmed = judgement({
  id: 'flow-unharmed',
  passes: ['unharmed'],
  fails: ['loses-datagrams'],
  facts: stay,
});

/** Rows of TCP are none of a UDP clean-up's business. */
export const tcpRowsKept = judgement({
  id: 'tcp-rows-kept',
  passes: ['kept'],
  fails: ['deleted-by-program'],
  facts: stay,
});

/** A TCP connection stays open, with one server and every line answered. */
export const connectionsAlive = judgement({
  id: 'connections-alive',
  passes: ['alive'],
  fails: ['broken', 'nobody-answers', 'another-server', 'lines-unanswered'],
  facts: stay,
});

/** Flows of one client share one server. */
export const affinityShared = judgement({
  id: 'affinity-shared',
  passes: ['one-server'],
  fails: ['several-servers'],
  facts: { frontend: FRONTENDS, affinity: ['client-ip'] },
});

/** With internal policy Local no other node's server answers. */
export const policyHeld = judgement({
  id: 'policy-held',
  passes: ['local-only'],
  fails: ['remote-answers'],
  facts: { frontend: FRONTENDS, moment: ['with-local-server', 'after-replacement'] },
});

/** Nobody is sent to an endpoint that is not ready. */
export const unreadyUnserved = judgement({
  id: 'unready-unserved',
  passes: ['no-reply'],
  fails: ['answered'],
  facts: { frontend: FRONTENDS },
});

/** A pod that is in no Service, and has the address of a server that went, gets nothing of the Service's clients. */
export const notMisdelivered = judgement({
  id: 'not-misdelivered',
  passes: ['none'],
  fails: ['stranger-answers'],
  facts: { frontend: FRONTENDS },
});
