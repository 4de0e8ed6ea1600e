/**
 * What a port mapper can be found to do, each by an id and closed words. A known defect is matched by these and by nothing else,
 * so each kind of failure has a word of its own.
 */
import { judgement } from '../../../harness/run/judgement.ts';

/** What became of the pod that held the port. */
export const CHANGES = [
  ...['recreated', 'appeared', 'gone', 'host-network-took-over', 'rolled-out'],
  ...['killed-while-deleting', 'node-restarted'],
] as const;
export type Change = (typeof CHANGES)[number];

/** Where the sender is, seen from the node whose port it sends to. */
export const SENDERS = ['same-node', 'other-node'] as const;
export type SenderPlace = (typeof SENDERS)[number];

/** Flows with the same destination port that are none of the mapping's. */
export const STRANGERS = ['service', 'other-host', 'other-address'] as const;
export type StrangerKind = (typeof STRANGERS)[number];

/** New flows reach the pod: its rules are written. */
export const mappedRulesWritten = judgement({
  id: 'mapped-rules-written',
  passes: ['written'],
  fails: ['never-written', 'written-late'],
  facts: { change: CHANGES },
});

/** The row that leads to the pod of before, or to nobody, leaves the table in time. */
export const mappedRowRemoved = judgement({
  id: 'mapped-row-removed',
  passes: ['removed'],
  fails: ['row-stays', 'removed-late'],
  facts: { change: CHANGES, sender: SENDERS },
});

/** A sender that kept its socket is answered by who holds the port now, and by nobody else. */
export const mappedFlowFollows = judgement({
  id: 'mapped-flow-follows',
  passes: ['follows'],
  fails: ['nobody-answers', 'wrong-server', 'follows-late', 'loses-datagrams'],
  facts: { change: CHANGES, sender: SENDERS },
});

/** Each of many senders loses little from when new flows reach the sink. */
export const sendersFollow = judgement({
  id: 'senders-follow',
  passes: ['all-follow'],
  fails: ['some-stay', 'some-late'],
  facts: { change: CHANGES, sender: SENDERS },
});

/** The row of a flow that the mapping does not concern stays the same row. */
export const strangerRowKept = judgement({
  id: 'stranger-row-kept',
  passes: ['kept'],
  fails: ['deleted-by-program', 'deleted-by-kernel'],
  facts: { stranger: STRANGERS, during: ['pod-comes', 'pod-goes'] },
});

/** Such a flow loses nothing. */
export const strangerUnharmed = judgement({
  id: 'stranger-unharmed',
  passes: ['unharmed'],
  fails: ['loses-datagrams'],
  facts: { stranger: STRANGERS, during: ['pod-comes', 'pod-goes'] },
});

/** How a TCP connection to a pod that is gone ends is measured; that its probe tells an end from a stall is judged. */
export const tcpEndTold = judgement({
  id: 'tcp-end-told',
  passes: ['told-apart'],
  fails: ['not-told-apart'],
  facts: { sender: SENDERS },
});
