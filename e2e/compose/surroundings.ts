/**
 * What happened around a spec that it did not do: a node paused, an API server restarted, a clock stepped, a full disk. Looked at
 * once at the start and again after every attempt that was not as expected, so that its reason can name the fault.
 */
import { readdir, readFile, statfs } from 'node:fs/promises';
import { processStartTime } from '../harness/run/journal-process.ts';

export interface NodeState {
  readonly running: boolean;
  readonly paused: boolean;
  readonly startedAt: string;
  /** Start of each watched process in clock ticks; empty while the node is paused or gone. */
  readonly processes: Readonly<Record<string, string>>;
}

export interface SurroundingState {
  /** Wall clock minus monotonic clock, in milliseconds. */
  readonly clockOffsetMs: number;
  readonly freeBytes: number;
  /** Absent without Docker: its daemon's process and start. */
  readonly daemon?: string | undefined;
  /** Why Docker did not answer. */
  readonly silent?: string;
  readonly nodes: Readonly<Record<string, NodeState>>;
}

/** A clock that drifts or is disciplined moves less than this in a run. */
const STEP_MS = 2_000;
const FULL_BYTES = 2 ** 20;
const WATCHED = ['kube-apiserver', 'kubelet', 'containerd', 'etcd'];
const THEIR_NAMES: Readonly<Record<string, string>> = { 'kube-apiserver': 'the API server' };

/** One sentence each; pure. */
export function changesBetween(before: SurroundingState, now: SurroundingState, folder: string): readonly string[] {
  const said: string[] = [];
  const step = now.clockOffsetMs - before.clockOffsetMs;
  if (Math.abs(step) > STEP_MS) said.push(`the wall clock was stepped by ${(step / 1000).toFixed(0)} s`);
  if (now.freeBytes < FULL_BYTES) said.push(`the disk under ${folder} is full (${now.freeBytes} bytes free)`);
  if (now.silent !== undefined) return [...said, `Docker's daemon does not answer: ${now.silent}`];
  if (before.daemon !== undefined && now.daemon !== before.daemon) said.push("Docker's daemon was restarted");
  for (const [name, was] of Object.entries(before.nodes)) said.push(...nodeChanges(name, was, now.nodes[name]));
  return said;
}

function nodeChanges(name: string, was: NodeState, is: NodeState | undefined): readonly string[] {
  if (is === undefined) return [`node ${name} is gone`];
  if (is.paused && !was.paused) return [`node ${name} is paused`];
  if (!is.running) return [`node ${name} is stopped`];
  if (is.startedAt !== was.startedAt) return [`node ${name} was restarted`];
  return Object.entries(was.processes).flatMap(([process, start]) => {
    const what = `${THEIR_NAMES[process] ?? process} on node ${name}`;
    const since = is.processes[process];
    return since === undefined ? [`${what} is gone`] : since === start ? [] : [`${what} was restarted`];
  });
}

/** Start times of the watched processes from the text of many `/proc/PID/stat`. */
export function processStarts(text: string): Readonly<Record<string, string>> {
  const starts: Record<string, string> = {};
  for (const line of text.split('\n')) {
    // The name may hold spaces and parentheses: it ends at the last one.
    const [, name = '', rest = ''] = /^\d+ \((.*)\) (.*)$/.exec(line) ?? [];
    // Field 22 of the line is the 20th behind the name.
    const start = rest.split(' ')[19];
    if (WATCHED.includes(name) && start !== undefined) starts[name] ??= start;
  }
  return starts;
}

type Docker = (argv: readonly string[]) => Promise<string>;

/** Reads the state once and returns what asks for changes; each change is told once. */
export async function watchSurroundings(
  folder: string,
  docker?: { readonly run: Docker; readonly nodes: readonly string[] },
): Promise<() => Promise<readonly string[]>> {
  let before = await readState(folder, docker);
  return async () => {
    const now = await readState(folder, docker);
    const changes = changesBetween(before, now, folder);
    // What cannot be seen now is compared again with what was seen last.
    if (now.silent === undefined) before = now;
    return changes;
  };
}

async function readState(
  folder: string,
  docker?: { readonly run: Docker; readonly nodes: readonly string[] },
): Promise<SurroundingState> {
  const disk = await statfs(folder);
  const own = { clockOffsetMs: Date.now() - performance.now(), freeBytes: disk.bavail * disk.bsize };
  if (docker === undefined) return { ...own, nodes: {} };
  try {
    const states = await inspect(docker.run, docker.nodes);
    return { ...own, daemon: await daemon(), nodes: states };
  } catch (error) {
    return { ...own, silent: (error as Error).message.slice(-200), nodes: {} };
  }
}

async function inspect(run: Docker, names: readonly string[]): Promise<Record<string, NodeState>> {
  const format = '{{.State.Running}} {{.State.Paused}} {{.State.StartedAt}} {{.Name}}';
  const known = (await run(['ps', '--all', '--format', '{{.Names}}'])).split('\n');
  const there = names.filter((name) => known.includes(name));
  const lines = there.length === 0 ? [] : (await run(['inspect', '--format', format, ...there])).trim().split('\n');
  const states = lines.map(async (line) => {
    const [running, paused, startedAt = '', name = ''] = line.split(' ');
    const state = { running: running === 'true', paused: paused === 'true', startedAt };
    const node = name.replace(/^\//, '');
    const asked = state.running && !state.paused;
    const stat = asked ? await run(['exec', node, 'sh', '-c', 'cat /proc/[0-9]*/stat 2>/dev/null || true']) : '';
    return [node, { ...state, processes: processStarts(stat) }] as const;
  });
  return Object.fromEntries(await Promise.all(states));
}

/**
 * On a machine whose Docker runs elsewhere there is none, before and after. A machine may have several: ours is the one that
 * wrote the usual pid file, and without such a file whichever comes first.
 */
async function daemon(): Promise<string | undefined> {
  const noted = (await readFile('/var/run/docker.pid', 'utf8').catch(() => '')).trim();
  for (const entry of [noted, ...(await readdir('/proc'))]) {
    if (!/^\d+$/.test(entry)) continue;
    const name = await readFile(`/proc/${entry}/comm`, 'utf8').catch(() => '');
    if (name.trim() === 'dockerd') return `${entry} ${processStartTime(Number(entry)) ?? ''}`;
  }
  return undefined;
}
