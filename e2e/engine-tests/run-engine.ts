/** Runs the engine in a process of its own on fixture specs, as a user would, and reads back what it left. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { AttemptLine, ResultLine, RunEndLine, RunStartLine } from '../harness/run/result-schema.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
export const repository = fileURLToPath(new URL('../..', import.meta.url));
export const fixture = (name: string): string => join(here, 'fixtures', name);
const entries = { real: join(repository, 'e2e/cli.ts'), 'stand-in': join(here, 'stand-in-cli.ts') };

export interface EngineOptions {
  /** `stand-in`: a cluster and subjects that are made of nothing. */
  readonly entry?: keyof typeof entries;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Called once when the output has this text. */
  readonly when?: readonly [text: string, then: (child: EngineProcess) => void];
  /** Write JUnit and all that too; without them a test is half a second faster. */
  readonly withReports?: boolean;
  /** Keep the folder of an earlier run. */
  readonly reports?: string;
  readonly node?: readonly string[];
  readonly timeoutMs?: number;
}

export interface EngineProcess {
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  kill(signal: NodeJS.Signals): unknown;
}

export interface EngineRun {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
  /** Of results.jsonl; empty when the run was refused. */
  readonly lines: readonly ResultLine[];
  readonly attempts: readonly AttemptLine[];
  readonly start: RunStartLine | undefined;
  readonly end: RunEndLine | undefined;
  /** The reports folder. */
  readonly reports: string;
  /** The run's own folder. */
  readonly folder: string;
}

const folders: string[] = [];
export async function removeReports(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

export async function runEngine(argv: readonly string[], options: EngineOptions = {}): Promise<EngineRun> {
  const reports = options.reports ?? (await mkdtemp(join(tmpdir(), 'staleproof-engine-')));
  folders.push(reports);
  const [node = process.execPath, ...flags] = options.node ?? [process.execPath, '--import', 'tsx'];
  const child = execa(
    node,
    [
      ...flags,
      entries[options.entry ?? 'real'],
      ...argv,
      '--reports-folder',
      reports,
      ...(options.withReports === true ? [] : ['--reporter', 'none']),
    ],
    {
      cwd: repository,
      reject: false,
      timeout: options.timeoutMs ?? 120_000,
      killSignal: 'SIGKILL',
      extendEnv: false,
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...options.env },
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    },
  );
  if (options.when !== undefined) callWhenSaid(child, ...options.when);
  const result = await child;
  return {
    code: result.exitCode,
    signal: result.signal,
    stdout: result.stdout,
    stderr: result.stderr,
    durationMs: result.durationMs,
    reports,
    ...(await readResults(reports)),
  };
}

function callWhenSaid(child: EngineProcess, text: string, then: (child: EngineProcess) => void): void {
  let seen = '';
  const listener = (chunk: Buffer): void => {
    seen += chunk.toString();
    if (!seen.includes(text)) return;
    child.stdout?.off('data', listener);
    then(child);
  };
  child.stdout?.on('data', listener);
}

export async function readResults(
  reports: string,
): Promise<Pick<EngineRun, 'lines' | 'attempts' | 'start' | 'end' | 'folder'>> {
  const folder = join(reports, 'latest');
  const text = await readFile(join(folder, 'results.jsonl'), 'utf8').catch(() => '');
  const lines = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as ResultLine]));
  return {
    folder,
    lines,
    attempts: lines.filter((line) => line.type === 'attempt'),
    start: lines.find((line) => line.type === 'run-start'),
    end: lines.find((line) => line.type === 'run-end'),
  };
}

/** Every file below a folder, relative, sorted. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
