/** Runs a credential plugin as client-go does: told of the cluster, its prompts shown at a terminal, a deadline. */
import { spawn } from 'node:child_process';
import { shown } from '../../run/shown.ts';

/** A plugin that asks nobody answers in seconds; a person needs to find a browser, and a second factor. */
const withinMs = { alone: 60_000, asking: 300_000 };
const mostBytes = 1024 * 1024;

export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
  /** `Never`, `IfAvailable`, `Always`. */
  readonly interactiveMode?: string;
}

/** What it wrote to stdout. Throws Error with the end of what it wrote to stderr; a caller masks what looks secret in it. */
export async function runPlugin(plugin: ExecPlugin, cluster: object, deadlineMs?: number): Promise<string> {
  const { apiVersion, command, args, env, provideClusterInfo, interactiveMode = 'IfAvailable' } = plugin;
  if (typeof command !== 'string' || command === '') throw new Error('the kubeconfig names no command');
  const interactive = interactiveMode !== 'Never' && process.stdin.isTTY;
  if (interactiveMode === 'Always' && !interactive) throw new Error('it asks at a terminal, and there is none');
  const spec = { interactive, ...(provideClusterInfo === true && { cluster }) };
  const info = JSON.stringify({ apiVersion, kind: 'ExecCredential', spec });
  const given = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  const child = spawn(command, [...(args ?? [])], {
    env: { ...process.env, ...given, KUBERNETES_EXEC_INFO: info },
    stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
    // A process group of its own where it has no terminal, so that what it started ends with it.
    detached: !interactive,
  });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (said.out.length < mostBytes) said.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    // For a person who has to answer. Nobody knows yet what is secret in it, and without a terminal it would go into a log.
    if (interactive) process.stderr.write(shown(text));
    said.err = (said.err + text).slice(-4000);
  });
  const mostMs = deadlineMs ?? (interactive ? withinMs.asking : withinMs.alone);
  const words = (): string => {
    const lines = said.err.trim().split('\n').slice(-6).join(' | ');
    return lines === '' ? 'it wrote nothing to stderr' : `it wrote: ${lines}`;
  };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      end(child.pid, !interactive);
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      reject(new Error(`no answer within ${mostMs / 1000} s; ${words()}`));
    }, mostMs);
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(
        new Error(error.code === 'ENOENT' ? 'there is no such program' : `it cannot be run (${error.code ?? ''})`),
      );
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(said.out);
      else reject(new Error(`it ended with ${signal ?? String(code)}, expected 0; ${words()}`));
    });
  });
}

function end(pid: number | undefined, group: boolean): void {
  if (pid === undefined) return;
  try {
    process.kill(group ? -pid : pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
