/** Flows of one race as the harness sees them: indices of a grid of ports between two addresses. Numbers as the in-pod programs count. */
import type { FlowTuple } from './npa-log.ts';

export interface RaceFlows {
  readonly protocol: 'tcp' | 'udp';
  readonly clientIp: string;
  /** Where the agent of the owner's node sees the flow end: the Service's address at the client, the pod's at the server. */
  readonly serverIp: string;
  readonly clientPorts: { readonly first: number; readonly count: number };
  readonly serverPorts: { readonly first: number; readonly count: number };
}

export const ipProtocols = { tcp: 6, udp: 17 } as const;

export function raceFlowCount(flows: RaceFlows): number {
  return flows.clientPorts.count * flows.serverPorts.count;
}

/** The flow of a tuple in the direction client → server, or undefined for one that is none of ours. */
export function flowOfTuple(flows: RaceFlows, tuple: FlowTuple): number | undefined {
  if (tuple.protocol !== ipProtocols[flows.protocol]) return undefined;
  if (tuple.sourceIp !== flows.clientIp || tuple.destinationIp !== flows.serverIp) return undefined;
  const row = tuple.sourcePort - flows.clientPorts.first;
  const column = tuple.destinationPort - flows.serverPorts.first;
  const inside = row >= 0 && row < flows.clientPorts.count && column >= 0 && column < flows.serverPorts.count;
  return inside ? row * flows.serverPorts.count + column : undefined;
}

export function tupleOfFlow(flows: RaceFlows, flow: number): FlowTuple {
  return {
    sourceIp: flows.clientIp,
    sourcePort: flows.clientPorts.first + Math.floor(flow / flows.serverPorts.count),
    destinationIp: flows.serverIp,
    destinationPort: flows.serverPorts.first + (flow % flows.serverPorts.count),
    protocol: ipProtocols[flows.protocol],
  };
}

/** `0-12,15` → numbers, as the in-pod programs write them. */
export function readRanges(text: string): number[] {
  if (text === '') return [];
  return text.split(',').flatMap((part) => {
    const [first = NaN, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** Numbers → `0-12,15`; short even for thousands of neighbours. */
export function writeRanges(numbers: Iterable<number>): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let index = 0; index < sorted.length; index += 1) {
    const start = index;
    while (index + 1 < sorted.length && sorted[index + 1] === (sorted[index] ?? 0) + 1) index += 1;
    parts.push(start === index ? String(sorted[start]) : `${sorted[start] ?? 0}-${sorted[index] ?? 0}`);
  }
  return parts.join(',');
}
