/**
 * Rows that are put into a node's table on purpose: those that check has to name, and those that it must not. They stand for every
 * frontend, both families, and whatever can become of a backend. Pure.
 */
import type { FrontendKind, Reason } from '../../../fixtures/conntrack-look/stale-rows.ts';

/** What the cluster of the proof has, by family 4 and 6. */
export interface Stage {
  readonly node: Both;
  /** A pod's address that stands in an EndpointSlice as ready. */
  readonly ready: Both;
  /** One that is not ready and does not serve; one that terminates and serves. */
  readonly unready: string;
  readonly serving: string;
  /** Nobody's, in the range of the node's pods. */
  readonly gone: Both;
  readonly client: Both;
  /** Of a pod of somebody else, which has host port 514 on 5140. */
  readonly stranger: Both;
  /** Cluster IPs of a Service with endpoints, and of one that was scaled to zero. */
  readonly service: Both;
  readonly empty: string;
  readonly external: string;
  readonly balancer: string;
}
export interface Both {
  readonly v4: string;
  readonly v6: string;
}

export interface MadeRow {
  readonly what: string;
  readonly protocol: 'udp' | 'tcp';
  readonly state?: string;
  readonly src: string;
  readonly dst: string;
  readonly dport: number;
  readonly replySrc: string;
  readonly replySport: number;
  /** Where replies go: another address than the client's is a masqueraded row. */
  readonly replyDst: string;
  readonly zone?: number;
  /** Absent: legal, and must not be named. */
  readonly expected?: { readonly reason: Reason; readonly frontend: FrontendKind };
}

export const NODE_PORT = 30_053;
export const EMPTY_NODE_PORT = 30_054;
const ABROAD = '198.51.100.9';

type Ends = Pick<MadeRow, 'dst' | 'dport' | 'replySrc' | 'replySport'> & Partial<MadeRow>;

export function madeRows(stage: Stage): readonly MadeRow[] {
  const { node, ready, gone, client, stranger, service, empty, external, balancer } = stage;
  const made: MadeRow[] = [];
  const add = (what: string, frontend: FrontendKind, reason: Reason | undefined, ends: Ends): void => {
    const src = ends.src ?? (ends.dst.includes(':') ? client.v6 : client.v4);
    const expected = reason === undefined ? {} : { expected: { reason, frontend } };
    made.push({ what, protocol: 'udp', replyDst: src, ...ends, src, ...expected });
  };
  const dns = { dst: service.v4, dport: 53 };
  const dns6 = { dst: service.v6, dport: 53 };
  const outside = { src: ABROAD, dst: node.v4, dport: NODE_PORT, replyDst: node.v4 };
  const syslog = { src: ABROAD, dst: node.v4, dport: 514 };
  const toGone = { replySrc: gone.v4, replySport: 8080 };
  const toGone6 = { replySrc: gone.v6, replySport: 8080 };

  add('backend deleted', 'cluster-ip', 'backend-gone', { ...dns, ...toGone });
  add('backend deleted, IPv6', 'cluster-ip', 'backend-gone', { ...dns6, ...toGone6 });
  add('backend deleted, masqueraded', 'cluster-ip', 'backend-gone', { ...dns, ...toGone, replyDst: node.v4 });
  add('backend deleted, in another zone', 'cluster-ip', 'backend-gone', { ...dns, ...toGone, zone: 7 });
  add('backend deleted', 'external-ip', 'backend-gone', { ...outside, dst: external, dport: 53, ...toGone });
  add('backend deleted', 'load-balancer', 'backend-gone', { ...outside, dst: balancer, dport: 53, ...toGone });
  add('backend deleted', 'node-port', 'backend-gone', { ...outside, ...toGone });
  add('backend deleted, IPv6', 'node-port', 'backend-gone', {
    ...{ src: client.v6, dst: node.v6, dport: NODE_PORT, ...toGone6, replyDst: node.v6 },
  });
  add('backend deleted, TCP', 'cluster-ip', 'backend-gone', {
    ...{ protocol: 'tcp', state: 'ESTABLISHED', dst: service.v4, dport: 80, ...toGone },
  });
  add('Service scaled to zero', 'cluster-ip', 'backend-gone', { dst: empty, dport: 53, ...toGone });
  add('Service scaled to zero', 'node-port', 'backend-gone', { ...outside, dport: EMPTY_NODE_PORT, ...toGone });
  add('address given to another pod', 'cluster-ip', 'another-pod', { ...dns, replySrc: stranger.v4, replySport: 8080 });
  add('address given to another pod, IPv6', 'cluster-ip', 'another-pod', {
    ...{ ...dns6, replySrc: stranger.v6, replySport: 8080 },
  });
  add('address given to another pod', 'node-port', 'another-pod', {
    ...{ ...outside, replySrc: stranger.v4, replySport: 8080 },
  });
  add('backend unready', 'cluster-ip', 'backend-unready', { ...dns, replySrc: stage.unready, replySport: 8080 });
  add('target port changed', 'cluster-ip', 'backend-port-changed', { ...dns, replySrc: ready.v4, replySport: 9090 });
  add('target port changed', 'node-port', 'backend-port-changed', { ...outside, replySrc: ready.v4, replySport: 9090 });
  add('not translated', 'cluster-ip', 'untranslated', { ...dns, replySrc: service.v4, replySport: 53 });
  add('not translated, IPv6', 'cluster-ip', 'untranslated', { ...dns6, replySrc: service.v6, replySport: 53 });
  add('not translated', 'node-port', 'untranslated', {
    ...{ ...outside, replySrc: node.v4, replySport: NODE_PORT, replyDst: ABROAD },
  });
  add('not translated', 'external-ip', 'untranslated', {
    ...{ ...outside, dst: external, dport: 53, replySrc: external, replySport: 53, replyDst: ABROAD },
  });
  add('Service deleted', 'cluster-ip', 'service-gone', {
    ...dns,
    dst: '10.96.77.77',
    replySrc: ready.v4,
    replySport: 8080,
  });
  add('external IP taken away', 'unknown', 'service-gone', {
    ...{ ...outside, dst: '192.0.2.99', dport: 53, replySrc: stranger.v4, replySport: 8080 },
  });
  add('port taken away from the Service', 'cluster-ip', 'service-gone', {
    ...{ ...dns, dport: 5353, replySrc: ready.v4, replySport: 8080 },
  });
  add('node port given back', 'node-port', 'node-port-gone', {
    ...outside,
    dport: 30_999,
    replySrc: ready.v4,
    replySport: 8080,
  });
  add('pod with host port deleted', 'host-port', 'host-port-gone', {
    ...syslog,
    dport: 5000,
    replySrc: gone.v4,
    replySport: 5000,
  });
  add('pod with host port recreated', 'host-port', 'backend-gone', { ...syslog, replySrc: gone.v4, replySport: 5140 });
  add('container port changed', 'host-port', 'backend-port-changed', {
    ...syslog,
    replySrc: stranger.v4,
    replySport: 5141,
  });
  add('not translated', 'host-port', 'untranslated', { ...syslog, replySrc: node.v4, replySport: 514 });

  add('ready backend', 'cluster-ip', undefined, { ...dns, replySrc: ready.v4, replySport: 8080 });
  add('ready backend, IPv6', 'cluster-ip', undefined, { ...dns6, replySrc: ready.v6, replySport: 8080 });
  add('ready backend, masqueraded', 'node-port', undefined, { ...outside, replySrc: ready.v4, replySport: 8080 });
  add('backend terminates and serves', 'cluster-ip', undefined, { ...dns, replySrc: stage.serving, replySport: 8080 });
  add('Service without endpoints, not translated', 'cluster-ip', undefined, {
    dst: empty,
    dport: 53,
    replySrc: empty,
    replySport: 53,
  });
  add('TCP in TIME_WAIT to a deleted backend', 'cluster-ip', undefined, {
    ...{ protocol: 'tcp', state: 'TIME_WAIT', dst: service.v4, dport: 80, ...toGone },
  });
  add('TCP to a backend that became unready', 'cluster-ip', undefined, {
    ...{ protocol: 'tcp', state: 'ESTABLISHED', dst: service.v4, dport: 80, replySrc: stage.unready, replySport: 8080 },
  });
  add('host port of a living pod', 'host-port', undefined, { ...syslog, replySrc: stranger.v4, replySport: 5140 });
  add('pod to pod', 'unknown', undefined, { dst: stranger.v4, dport: 53, replySrc: stranger.v4, replySport: 53 });
  add('of no cluster', 'unknown', undefined, {
    src: ABROAD,
    dst: '203.0.113.7',
    dport: 53,
    replySrc: '203.0.113.7',
    replySport: 53,
  });
  return made;
}

/** The source port tells rows apart, in the table of the kernel and in the answer. */
export const FIRST_PORT = 40_001;

/** The command that puts the row into the kernel's table for five minutes. */
export function insertCommand(row: MadeRow, index: number): readonly string[] {
  const port = FIRST_PORT + index;
  const back = row.replyDst === row.src ? port : port + 1000;
  return [
    ...['conntrack', '-I', '-p', row.protocol, '-s', row.src, '-d', row.dst],
    ...['--orig-port-src', String(port), '--orig-port-dst', String(row.dport), '-r', row.replySrc, '-q', row.replyDst],
    ...['--reply-port-src', String(row.replySport), '--reply-port-dst', String(back), '-t', '300', '-u', 'SEEN_REPLY'],
    ...(row.state === undefined ? [] : ['--state', row.state]),
    ...(row.zone === undefined ? [] : ['-w', String(row.zone)]),
  ];
}
