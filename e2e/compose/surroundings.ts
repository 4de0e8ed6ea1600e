/**
 * What happened around a spec that it did not do: a node paused, an API server restarted, a clock stepped, a full disk. Looked at
 * every few seconds and after every attempt, and kept with its time: an event excuses, and questions, only what ran meanwhile.
 */
import { readdir, readFile, readlink, statfs } from 'node:fs/promises';
import type { Span, Surroundings } from '../harness/run/surroundings.ts';
import { processStartTime } from '../harness/run/journal-process.ts';
import { SurroundingHistory, type NodeState, type SurroundingState } from './surrounding-history.ts';

const WATCHED = ['kube-apiserver', 'kubelet', 'containerd', 'etcd'];
/** Between two looks something may begin and end: an event is known to this precision, for 30 ms of work each. */
const LOOK_EVERY_MS = 5_000;

/**
 * Start times of the watched processes from the text of many `/proc/PID/stat`. Of several with one name the oldest counts: what
 * containerd starts is called containerd too until it has become another program.
 */
export function processStarts(text: string): Readonly<Record<string, string>> {
  const starts: Record<string, string> = {};
  for (const line of text.split('\n')) {
    // The name may hold spaces and parentheses: it ends at the last one.
    const [, name = '', rest = ''] = /^\d+ \((.*)\) (.*)$/.exec(line) ?? [];
    // Field 22 of the line is the 20th behind the name.
    const start = rest.split(' ')[19];
    if (!WATCHED.includes(name) || start === undefined) continue;
    const known = starts[name];
    if (known === undefined || Number(start) < Number(known)) starts[name] = start;
  }
  return starts;
}

type Docker = (argv: readonly string[]) => Promise<string>;

/** Docker, and the names of the nodes that are looked at. */
export interface NodeContainers {
  readonly run: Docker;
  readonly nodes: readonly string[];
}

/** Begins to look; the first look is what later ones are compared with. Looks end with the process. */
export async function watchSurroundings(folder: string, docker?: NodeContainers): Promise<Surroundings> {
  const history = new SurroundingHistory(await readState(folder, docker), folder);
  let looking: Promise<void> | undefined;
  // Several specs that end at once share a look.
  const look = (): Promise<void> =>
    (looking ??= readState(folder, docker)
      .then((state) => history.add(state))
      .finally(() => (looking = undefined)));
  setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS).unref();
  return {
    async during(span: Span, own: readonly Span[]) {
      // A look that began before the span ended does not show its end.
      await looking?.catch(() => undefined);
      await look();
      return history.during(span, own);
    },
  };
}

async function readState(folder: string, docker?: NodeContainers): Promise<SurroundingState> {
  const disk = await statfs(folder);
  const own = {
    atMs: Date.now(),
    clockOffsetMs: Date.now() - performance.now(),
    freeBytes: disk.bavail * disk.bsize,
    bootMs: Date.now() - Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]) * 1000,
  };
  if (docker === undefined) return { ...own, nodes: {} };
  try {
    const states = await inspect(docker.run, docker.nodes);
    return { ...own, daemon: await daemon(), nodes: states };
  } catch (error) {
    return { ...own, daemon: await daemon(), silent: (error as Error).message.slice(-200), nodes: {} };
  }
}

async function inspect(run: Docker, names: readonly string[]): Promise<Record<string, NodeState>> {
  const format = '{{.State.Running}} {{.State.Paused}} {{.State.StartedAt}} {{.State.Pid}} {{.Name}}';
  const known = (await run(['ps', '--all', '--format', '{{.Names}}'])).split('\n');
  const there = names.filter((name) => known.includes(name));
  const lines = there.length === 0 ? [] : (await run(['inspect', '--format', format, ...there])).trim().split('\n');
  const states = lines.map(async (line) => {
    const [running, paused, startedAt = '', pid = '', name = ''] = line.split(' ');
    const state = { running: running === 'true', paused: paused === 'true', startedAt };
    const node = name.replace(/^\//, '');
    const asked = state.running && !state.paused;
    return [node, { ...state, processes: asked ? processStarts(await statsOf(run, node, pid)) : {} }] as const;
  });
  return Object.fromEntries(await Promise.all(states));
}

/** `/proc/PID/stat` of a node's processes: read here where Docker's processes are this machine's, else asked in the node. */
async function statsOf(run: Docker, node: string, pid: string): Promise<string> {
  const namespace = (of: string): Promise<string> => readlink(`/proc/${of}/ns/pid`).catch(() => '');
  const wanted = await namespace(pid);
  if (wanted === '') return run(['exec', node, 'sh', '-c', 'cat /proc/[0-9]*/stat 2>/dev/null || true']);
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const lines = pids.map(async (entry) => {
    const name = (await readFile(`/proc/${entry}/comm`, 'utf8').catch(() => '')).trim();
    if (!WATCHED.includes(name) || (await namespace(entry)) !== wanted) return '';
    return readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
  });
  return (await Promise.all(lines)).join('\n');
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
