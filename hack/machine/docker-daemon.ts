/** Docker's daemon: found running, started through the service manager, or started by hand where there is none. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stateRoot } from '../cache/cache-folders.ts';
import { lastLines, runCommand, tryCommand } from '../process/run-command.ts';

const readyWithinMs = 60_000;

/** The daemon's version, or undefined when none answers. */
export async function dockerVersion(): Promise<string | undefined> {
  const answer = await tryCommand(['docker', 'version', '--format', '{{.Server.Version}}'], { timeout: 10_000 });
  const version = answer.stdout.trim();
  return answer.exitCode === 0 && version !== '' ? version : undefined;
}

/** Starts the daemon and returns its version once it answers. Throws with the daemon's last lines. */
export async function startDocker(options: {
  readonly signal?: AbortSignal | undefined;
  readonly log: (line: string) => void;
}): Promise<string> {
  const running = await dockerVersion();
  if (running !== undefined) return running;
  const logFile = join(stateRoot(), 'log', 'dockerd.log');
  if (existsSync('/run/systemd/system')) {
    options.log('starting docker.service');
    await runCommand(['systemctl', 'start', 'docker'], { signal: options.signal });
  } else {
    options.log(`no service manager runs here: starting dockerd (log ${logFile})`);
    startByHand(logFile);
  }
  const started = Date.now();
  while (Date.now() - started < readyWithinMs) {
    const version = await dockerVersion();
    if (version !== undefined) return version;
    await delay(250, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
  const tail = existsSync(logFile) ? `; log ${logFile}:\n${lastLines(readFileSync(logFile, 'utf8'), 12)}` : '';
  throw new Error(`dockerd does not answer ${readyWithinMs / 1000} s after its start${tail}`);
}

// dockerd starts and supervises a containerd of its own when no other one listens. It outlives us: a session of its own, no pipe.
function startByHand(logFile: string): void {
  mkdirSync(join(stateRoot(), 'log'), { recursive: true });
  const log = openSync(logFile, 'a');
  const daemon = spawn('dockerd', ['--log-level=warn'], { detached: true, stdio: ['ignore', log, log], cwd: '/' });
  daemon.on('error', () => undefined);
  if (daemon.pid !== undefined) writeFileSync(pidFile(), String(daemon.pid));
  daemon.unref();
}

function pidFile(): string {
  return join(stateRoot(), 'dockerd.pid');
}
