/** Where built parts, logs and the state of this machine live. Nothing of it is in the checkout. */
import { homedir } from 'node:os';
import { join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** `${XDG_CACHE_HOME:-~/.cache}/staleproof`: may be deleted at any time, everything in it can be made again. */
export function cacheRoot(env: Env = process.env): string {
  return join(absoluteOr(env['XDG_CACHE_HOME'], join(homedir(), '.cache')), 'staleproof');
}

/** `${XDG_STATE_HOME:-~/.local/state}/staleproof`: journals, pid files and logs of daemons that we started. */
export function stateRoot(env: Env = process.env): string {
  return join(absoluteOr(env['XDG_STATE_HOME'], join(homedir(), '.local', 'state')), 'staleproof');
}

// The XDG specification: a relative path in these variables is invalid and must be ignored.
function absoluteOr(value: string | undefined, fallback: string): string {
  return value?.startsWith('/') === true ? value : fallback;
}
