/** The packet rules of a profile: pure text for nft, so that what a balancer forgets and answers can be read in one place. */
import type { FaultProfile } from '../profiles/profile.ts';

export const table = 'staleproof_balancer';
/** Packets that the balancer itself makes carry this mark and are exempt from connection tracking. */
export const injectedMark = 0x52;

/**
 * Rules for a router with nf_conntrack_tcp_loose=0: a connection exists only by its SYN, and once its entry is gone
 * its packets are `invalid`. The forward policy is drop, so nothing passes that no rule names.
 */
export function balancerRules(profile: FaultProfile): string {
  const later =
    profile.laterPacket === 'reset-sender'
      ? 'meta l4proto tcp counter name refused reject with tcp reset'
      : 'counter name dropped drop';
  return `table inet ${table} {
  counter refused { }
  counter dropped { }
  counter gated { }
  chain own_packets {
    type filter hook output priority raw; policy accept;
    meta mark ${injectedMark} notrack
  }
  chain gate { }
  chain pass {
    type filter hook forward priority filter; policy drop;
    jump gate
    meta l4proto { icmp, ipv6-icmp } accept
    ct state established,related accept
    ct state new tcp flags & (fin|syn|rst|ack) == syn accept
    ct state invalid ${later}
  }
}
`;
}

/** Closes the gate: every packet is dropped and counted. */
export const closeGate = `add rule inet ${table} gate counter name gated drop\n`;
/** Refuses in place of dropping: clients try again at once, and nobody waits for the retransmission of a SYN. */
export const refuseAtGate = `add rule inet ${table} gate meta l4proto tcp counter name gated reject with tcp reset\n`;
export const openGate = `flush chain inet ${table} gate\n`;

/**
 * Router sysctls. `idleSeconds` undefined leaves the kernel's timeout (hours).
 * Unacknowledged and retransmission timeouts stay at 300 s: they would pre-empt an idle timeout above that, so they follow it up.
 */
export function routerSysctls(idleSeconds: number | undefined): readonly (readonly [string, string])[] {
  const timeouts: (readonly [string, string])[] =
    idleSeconds === undefined ? [] : [['net.netfilter.nf_conntrack_tcp_timeout_established', String(idleSeconds)]];
  if (idleSeconds !== undefined && idleSeconds > 290)
    for (const key of ['unacknowledged', 'max_retrans'])
      timeouts.push([`net.netfilter.nf_conntrack_tcp_timeout_${key}`, String(idleSeconds + 60)]);
  return [
    ['net.ipv4.ip_forward', '1'],
    ['net.ipv6.conf.all.forwarding', '1'],
    ['net.ipv4.conf.all.send_redirects', '0'],
    ['net.ipv4.conf.default.send_redirects', '0'],
    ['net.ipv4.conf.all.rp_filter', '0'],
    ['net.ipv4.conf.default.rp_filter', '0'],
    ['net.ipv6.conf.all.accept_dad', '0'],
    ['net.ipv6.conf.default.accept_dad', '0'],
    ['net.netfilter.nf_conntrack_tcp_loose', '0'],
    ...timeouts,
  ];
}

/** HAProxy as the terminating proxy: `tunnel` counts payload in either direction. Each listener keeps its address family. */
export function haproxyConfig(options: {
  readonly idleSeconds: number;
  readonly listeners: readonly { readonly bind: string; readonly server: string }[];
}): string {
  const listeners = options.listeners.map(
    ({ bind, server }, index) => `listen balancer${index}\n  bind ${bind}\n  server upstream ${server}\n`,
  );
  return `global
  maxconn 500
defaults
  mode tcp
  timeout connect 5s
  timeout client ${options.idleSeconds}s
  timeout server ${options.idleSeconds}s
  timeout tunnel ${options.idleSeconds}s
${listeners.join('')}`;
}
