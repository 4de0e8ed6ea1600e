/** Stale rows for a person, and the commands that would delete them. Pure; nothing here runs one. */
import type { Reason } from '../../../fixtures/conntrack-look/stale-rows.ts';
import { endpointText, isMasqueraded } from '../../../fixtures/conntrack-look/row.ts';
import type { CheckResult } from '../result.ts';

type NodeRows = NonNullable<CheckResult['rows']>[number];
type StaleRow = NodeRows['stale'][number];

const meaning: Readonly<Record<Reason, string>> = {
  'backend-gone': 'goes to an address that nobody has',
  'another-pod': 'goes to the address of another pod',
  'backend-unready': 'goes to a backend that is not ready',
  'backend-port-changed': 'goes to a port that the backend has no more',
  untranslated: 'is not translated, although there are endpoints',
  'service-gone': 'is translated for a Service that is gone',
  'node-port-gone': 'is translated for a node port that is gone',
  'host-port-gone': 'is translated for a host port that is gone',
};

export function rowText(one: StaleRow): string {
  const { row, owner, newOwner } = one;
  const { original, reply } = row;
  const words = [
    `${row.protocol} ${endpointText(original.src, original.sport)} -> ${endpointText(original.dst, original.dport)}`,
    `(${one.frontend}${owner === undefined ? '' : ` of ${owner}`}), answered by ${endpointText(reply.src, reply.sport)}`,
    `${newOwner === undefined ? '' : `which is ${newOwner} now`}: ${meaning[one.reason as Reason]};`,
    one.sending ? 'its sender lives' : 'nobody sent between the looks',
    ...(one.packetsBetween === undefined ? [] : [`(${one.packetsBetween} packets)`]),
    ...(row.madeMs === undefined ? [] : [`made ${new Date(row.madeMs).toISOString()}`]),
    `${row.timeoutSeconds} s left${isMasqueraded(row) ? ', masqueraded' : ''}${row.zone === 0 ? '' : `, zone ${row.zone}`}`,
  ];
  return words.join(' ');
}

/** To be typed on the node. */
export function deleteCommand({ row }: StaleRow): string {
  const { protocol, original, zone } = row;
  const family = original.dst.includes(':') ? 'ipv6' : 'ipv4';
  const address = (key: string): string => (key.includes(':') ? new URL(`http://[${key}]`).hostname.slice(1, -1) : key);
  return [
    `conntrack -D -f ${family} -p ${protocol.toLowerCase()} --orig-src ${address(original.src)} --orig-dst ${address(original.dst)}`,
    `--orig-port-src ${original.sport} --orig-port-dst ${original.dport}${zone === 0 ? '' : ` -w ${zone}`}`,
  ].join(' ');
}

export function rowsLines(nodes: readonly NodeRows[], withFix: boolean): readonly string[] {
  return nodes.flatMap(({ node, rows, error, stale, untold }) => [
    rows === null ? `${node}: could not look: ${error ?? ''}` : `${node}: ${rows} rows, ${stale.length + untold} stale`,
    ...stale.flatMap((one) => [`  ${rowText(one)}`, ...(withFix ? [`    ${deleteCommand(one)}`] : [])]),
    ...(untold === 0 ? [] : [`  and ${untold} more`]),
  ]);
}
