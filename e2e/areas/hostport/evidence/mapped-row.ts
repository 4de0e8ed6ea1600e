/** Rows of flows to a host port, and the rules that made them. */
import type { ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import type { Flow } from '../../../harness/conntrack/conntrack-premises.ts';
import type { Premise, SpecContext } from '../../../harness/run/context.ts';
import { pollWithin } from '../../../harness/cluster/wait.ts';
import { readConntrack } from '../../../harness/conntrack/conntrack-table.ts';
import { describeEntry, type ConntrackEntry } from '../../../harness/conntrack/conntrack-entry.ts';
import { foundIn, isEndOf, matchOf } from '../../../harness/conntrack/conntrack-premises.ts';
import type { ConntrackEvent } from '../../../harness/conntrack/conntrack-event.ts';
import type { HostPortStage, Sender, StagePod } from '../stage/host-port-stage.ts';
import type { PortMapper } from '../subjects/port-mapper.ts';

/**
 * The sender's flow as its row begins on the mapped node. What a pod of another node sends out of the pod network, as to a node, is
 * masqueraded there: it comes from that node, from whatever port.
 */
export function flowOf(stage: HostPortStage, sender: Sender): Flow {
  const to = { node: stage.node, family: stage.family, dst: sender.host, dport: sender.port };
  return sender.node.name === stage.node.name
    ? { ...to, src: sender.ip, sport: sender.sourcePort }
    : { ...to, src: stage.addressOf(sender.node) };
}

/** Premise: the rules of the node lead to the pod, or no more. Without rules that can be read nothing is proven by it. */
export function rulesLeadTo(t: SpecContext, stage: HostPortStage, pod: StagePod, wanted: boolean): Premise<true> {
  const mapper = t.env.subject('port-mapper') as PortMapper;
  return {
    name: `the rules of ${stage.node.name} lead ${wanted ? '' : 'no more '}to ${pod.name} at ${pod.ip}`,
    lane: stage.node.name,
    prove: async (signal) => {
      const found = await pollWithin(
        async (inner) => {
          const leads = await mapper.leadsTo?.(stage.node, stage.family, pod.ip, inner);
          return leads === wanted ? true : undefined;
        },
        { timeoutMs: t.wait(10_000), signal },
      );
      if (found === undefined) return { proven: false, reason: `they do ${wanted ? 'not' : 'still'}` };
      return { proven: true, value: true, summary: wanted ? 'they do' : 'they do not' };
    },
  };
}

/** Premise: the flow has a row that leads to nobody, because nobody held the port when it was made. */
export function rowToNobody(t: SpecContext, flow: Flow, seenBy: ConntrackFollower): Premise<ConntrackEntry> {
  return {
    name: `a row stands that was made while no pod held ${flow.dst}:${flow.dport}`,
    lane: flow.node.name,
    prove: async (signal) => {
      let rows: readonly ConntrackEntry[] = [];
      let before = 0;
      const row = await pollWithin(
        async (inner) => {
          before = seenBy.events.length;
          rows = await readConntrack(flow.node, flow.family, matchOf(flow), inner);
          return rows.find(({ reply }) => reply.src === flow.dst && reply.sport === flow.dport);
        },
        { timeoutMs: t.wait(10_000), signal },
      );
      if (row === undefined)
        return { proven: false, reason: `rows found: ${rows.map(describeEntry).join('; ') || 'none'}` };
      foundIn(row, before);
      return { proven: true, value: row, summary: describeEntry(row) };
    },
  };
}

/** The end of exactly this row, if it was seen by now. */
export function endOf(follower: ConntrackFollower, row: ConntrackEntry): ConntrackEvent | undefined {
  return follower.events.find(isEndOf(follower, row));
}
