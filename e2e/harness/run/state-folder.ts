/** Where the suite keeps what outlives a run: journals, locks, logs. */
import { homedir } from 'node:os';
import { join } from 'node:path';

export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  const given = env['XDG_STATE_HOME'];
  // The XDG specification: a relative path there is invalid and must be ignored.
  const base = given?.startsWith('/') === true ? given : join(homedir(), '.local', 'state');
  return join(base, 'staleproof');
}
