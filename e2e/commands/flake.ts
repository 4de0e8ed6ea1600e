/** `npm run prove -- flake`: many repeats of a selection on a machine that is loaded on purpose, and how many verdicts were wrong. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { docker } from '../harness/cluster/kind/docker.ts';
import { runChild } from '../harness/run/child-run.ts';
import { ENDING_SIGNALS, EXIT, exitCodeOfSignal } from '../harness/run/exit-codes.ts';
import { watchOutput } from '../harness/run/output.ts';
import { calmEnd, type FlakeEnd, loadedEnd } from '../flake/flake-exit.ts';
import { areas } from '../areas/index.ts';
import { type FlakeSample, samplesOf } from '../flake/flake-samples.ts';
import { flakeMarkdown, wrongVerdicts } from '../flake/flake-table.ts';
import { startHogs } from '../flake/hogs.ts';
import { openSlowLink, redirect } from '../flake/slow-link.ts';
import { readJsonLines, writeJsonLines } from '../report/json-lines.ts';
import { readRun } from '../report/run-record.ts';
import { clustersNow, removeClustersMade } from '../compose/clusters-made.ts';
import { shown } from '../harness/run/shown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const HELP = `npm run prove -- flake [--repeats N] [--latency MS] [--name NAME] [--more] [--run-timeout TIME] [options of npm run e2e]

  --repeats      of the selection (50)
  --latency      added to every round trip to the API server, in milliseconds (200)
  --name         of the table reports/flake/NAME.md and its attempts, NAME.jsonl (from the subject)
  --more         adds to the attempts that stand there
  --run-timeout  ends the repeats; what was judged by then counts
  -b, --subject, --tags, --focus, …  what is repeated, as in npm run e2e
A run of one spec makes the cluster while the machine is calm; then every core and the disk get a hog, and the API server
answers late. Needs root. Exit code: 0 no verdict was wrong, 1 one was, 2 nothing was judged or a run ended otherwise than its
verdicts say, 64 wrong usage, 128 + n after signal n.
`;

/** The exit code of the signal that ended it, or of a reader who left. */
let interrupted: number | undefined;
const interruption = (): number | undefined => interrupted;

async function main(): Promise<number> {
  const { values, tokens } = parseArgs({
    strict: false,
    tokens: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      repeats: { type: 'string' },
      latency: { type: 'string' },
      name: { type: 'string' },
      more: { type: 'boolean' },
      subject: { type: 'string' },
      backend: { type: 'string', short: 'b' },
    },
  });
  if (values.help === true) {
    process.stdout.write(shown(HELP));
    return EXIT.asExpected;
  }
  const own = new Set(
    tokens.flatMap((token) =>
      token.kind === 'option' && ['repeats', 'latency', 'name', 'more'].includes(token.name)
        ? [token.index, ...(token.inlineValue === false ? [token.index + 1] : [])]
        : [],
    ),
  );
  const rest = process.argv.slice(2).filter((_, index) => !own.has(index));
  const given = (name: 'repeats' | 'latency', otherwise: number): number => Number(values[name] ?? otherwise);
  const subject = [values.subject, values.backend].find((each) => typeof each === 'string') ?? 'default';
  const name = typeof values.name === 'string' ? values.name : subject.replace(/[^\w.+-]+/g, '-');
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-flake-'));
  const run = (args: readonly string[], reports: string): Promise<number> =>
    runChild(['--import', 'tsx', 'e2e/cli.ts', ...rest, ...args, '--reuse', '--keep', '--reports-folder', reports], {
      cwd: root,
      stdout: 'stderr',
    });
  // The run that goes on hears the signal too and cleans up; what was loaded and redirected is taken back after it.
  for (const signal of ENDING_SIGNALS) process.on(signal, () => (interrupted ??= exitCodeOfSignal(signal)));
  watchOutput(({ readerLeft }) => (interrupted ??= readerLeft ? EXIT.closedOutput : EXIT.infrastructure));
  const before = await clustersNow(rest);
  const undo: (() => unknown)[] = [
    () => rm(folder, { recursive: true, force: true }),
    async () => {
      if (!(await removeClustersMade(folder, before, rest))) throw new Error('a cluster of the runs stays');
    },
  ];
  try {
    // Only the first of the selection matters here: it makes the cluster, unless one is kept for it.
    const calm = join(folder, 'calm');
    const calmExit = await run(['--shard', '1/500', '--reporter', 'none'], calm);
    const broken = calmEnd(calmExit, isKnownBad(subject));
    const beforeLoad = interruption();
    if (beforeLoad !== undefined) return beforeLoad;
    if (broken !== undefined) return ended(broken);
    const cluster = (await readRun(join(calm, 'latest'))).start?.facts['cluster'];
    const latency = given('latency', 200);
    if (cluster !== undefined && latency > 0) undo.push(await slowApi(cluster, latency / 2));
    const hogs = startHogs();
    undo.push(() => hogs.stop());
    const reports = join(folder, 'loaded');
    const repeat = ['--repeat', String(given('repeats', 50)), '--reporter', 'none'];
    const exit = await run(repeat, reports);
    const underLoad = interruption();
    if (underLoad !== undefined) return underLoad;
    const record = await readRun(join(reports, 'latest'));
    const file = join(root, 'reports', 'flake', name);
    const fresh = samplesOf(record, `${hogs.text}, API ${latency} ms later`);
    const samples = [...(values.more === true ? await readJsonLines<FlakeSample>(`${file}.jsonl`) : []), ...fresh];
    await writeJsonLines(`${file}.jsonl`, samples);
    const facts = { name, knownBad: isKnownBad(subject), samples };
    await writeFile(`${file}.md`, flakeMarkdown(facts));
    const wrong = wrongVerdicts(facts).length;
    process.stdout.write(shown(`${samples.length} attempts, ${wrong} wrong verdicts; reports/flake/${name}.md\n`));
    const { knownBad } = facts;
    const limited = rest.some((word) => /^--run-timeout(=|$)/.test(word));
    return ended(loadedEnd({ exit, run: record, samples: fresh, wrong, knownBad, limited }));
  } finally {
    await takeBack(undo);
  }
}

/** Last in, first out. One that fails keeps nothing else from being taken back: a rule in the way of the API server, for one. */
async function takeBack(undo: readonly (() => unknown)[]): Promise<void> {
  const errors: string[] = [];
  for (const each of undo.toReversed())
    try {
      await each();
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error));
    }
  if (errors.length > 0) throw new Error(`not everything was taken back: ${errors.join('; ')}`);
}

function ended(end: FlakeEnd | undefined): number {
  if (end !== undefined) process.stderr.write(shown(`staleproof flake: ${end.reason}\n`));
  return end?.code ?? EXIT.asExpected;
}

/** The relay speaks with the node itself, so that its own connections are not sent through it again. */
async function slowApi(cluster: string, oneWayMs: number): Promise<() => Promise<void>> {
  const node = `${cluster}-control-plane`;
  const published = (await docker(['port', node, '6443/tcp'])).trim().split('\n')[0] ?? '';
  const address = await docker([
    'inspect',
    '--format',
    '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}',
    node,
  ]);
  const link = await openSlowLink({ host: address.trim().split(' ')[0] ?? '', port: 6443 }, oneWayMs);
  const back = await redirect(Number(published.split(':').at(-1)), link);
  return async () => {
    await back();
    await link.close();
  };
}

const isKnownBad = (subject: string): boolean =>
  areas.subjects.some(({ name, caughtBy }) => name === subject && caughtBy.length > 0);

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(
      shown(`staleproof flake: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`),
    );
    process.exit(EXIT.infrastructure);
  },
);
