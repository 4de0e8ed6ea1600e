/** The pod that `npm run capture -- audit` holds a file against, as the command line names it. */
import { isIP, SocketAddress } from 'node:net';
import { UsageError } from '../../../harness/run/usage-error.ts';
import type { AuditedPod } from '../evidence/capture-owner.ts';

export interface AuditFlags {
  readonly 'pod-ip'?: string | undefined;
  readonly mac?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Throws UsageError: an address that no frame can have would make every frame another's. */
export function auditedPod(flags: AuditFlags): AuditedPod {
  if (flags['pod-ip'] === undefined) throw new UsageError('audit needs --pod-ip: the addresses of the pod');
  const sinceMs = flags.since === undefined ? -Infinity : time('--since', flags.since);
  const untilMs = flags.until === undefined ? Infinity : time('--until', flags.until);
  if (sinceMs > untilMs) throw new UsageError(`--since ${String(flags.since)} is after --until ${String(flags.until)}`);
  return {
    ips: new Set(flags['pod-ip'].split(',').map(address)),
    macs: new Set(flags.mac === undefined ? [] : flags.mac.split(',').map(mac)),
    sinceMs,
    untilMs,
  };
}

function address(text: string): string {
  const family = isIP(text);
  if (family === 0 || text.includes('%')) throw new UsageError(`--pod-ip: expected an IP address, observed '${text}'`);
  return family === 4 ? text : new SocketAddress({ address: text, family: 'ipv6' }).address;
}

function mac(text: string): string {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text))
    throw new UsageError(`--mac: expected six bytes with colons, observed '${text}'`);
  return text.toLowerCase();
}

/** RFC 3339 with its zone, or seconds since 1970. */
function time(flag: string, text: string): number {
  const ms = /^\d+(\.\d+)?$/.test(text)
    ? Number(text) * 1000
    : /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)
      ? Date.parse(text)
      : Number.NaN;
  if (!Number.isFinite(ms))
    throw new UsageError(`${flag}: expected 2026-01-31T12:00:00Z or seconds since 1970, observed '${text}'`);
  return ms;
}
