/** `npm run race`: does the network policy agent of this cluster cut live flows while it cleans its conntrack map? */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { areas } from '../areas/index.ts';
import { type RaceOptions, raceUsage, readRaceOptions, runArguments } from '../areas/race/command/race-config.ts';
import { missingPermissions } from '../areas/race/command/race-permissions.ts';
import { tuneConntrack } from '../areas/race/command/race-tuner.ts';
import { clusterHolder, raceVerdict } from '../areas/race/command/race-verdict.ts';
import { connect } from '../harness/cluster/kube/connection.ts';
import { KubeClient } from '../harness/cluster/kube/kube-client.ts';
import { runChild } from '../harness/run/child-run.ts';
import { ENDING_SIGNALS, EXIT, exitCodeOfSignal } from '../harness/run/exit-codes.ts';
import { watchOutput } from '../harness/run/output.ts';
import { readRun, type RunRecord } from '../report/run-record.ts';
import { composition } from '../compose/composition.ts';
import { parseOptions } from '../harness/run/options/parse.ts';
import { loadSpecs } from '../harness/run/spec-registry.ts';
import { select } from '../harness/run/select.ts';
import { optionSchema } from '../harness/run/options/option-schema.ts';
import { UsageError } from '../harness/run/usage-error.ts';
import { shown } from '../harness/run/shown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const say = (line: string): void => void process.stdout.write(shown(`${line}\n`));
const turnEveryMs = 3000;
/** The exit code of the first signal. */
let interrupted: number | undefined;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  if (argv.some((arg) => arg === '-h' || arg === '--help')) {
    say(raceUsage);
    return EXIT.asExpected;
  }
  try {
    const options = await readRaceOptions(argv, (await optionSchema(areas)).infos);
    // What the run would refuse, subject and all, is refused before a node is tuned.
    const run = await parseOptions(runArguments(options, 'reports'), process.env, areas);
    const all = await loadSpecs(run.specs ?? composition.specFolders, areas);
    await composition.choose(run, select(all, run, areas.tags, undefined).specs);
    return await reproduce(options);
  } catch (error) {
    process.stderr.write(shown(`${error instanceof Error ? error.message : String(error)}\n`));
    if (!(error instanceof UsageError)) return EXIT.infrastructure;
    process.stderr.write(shown(`${raceUsage}\n`));
    return EXIT.usage;
  }
}

async function reproduce(options: RaceOptions): Promise<number> {
  // The run gets the terminal's ^C itself and cleans up; what was tuned is restored after it.
  for (const signal of ENDING_SIGNALS) process.on(signal, () => (interrupted ??= exitCodeOfSignal(signal)));
  watchOutput(() => undefined);
  const back = options.provider === 'existing' ? await prepareCluster(options) : undefined;
  if (back === 'refused') return EXIT.infrastructure;
  try {
    const { sentence, reasons, exitCode } = raceVerdict(await runInTurn(options));
    say(sentence);
    for (const reason of reasons) say(`  ${reason}`);
    return interrupted ?? exitCode;
  } finally {
    await back?.();
  }
}

/** Asks for permissions and tunes the nodes; returns the way back. */
async function prepareCluster(options: RaceOptions): Promise<(() => Promise<void>) | 'refused' | undefined> {
  const { kubeconfig, context, insecureHttp, npaNamespace, kernelTimeoutMs } = options;
  const connection = await connect({ kubeconfig, context, insecureHttp });
  const api = new KubeClient(connection, { labels: {}, pollMs: 500 });
  const missing = await missingPermissions(api, { npaNamespace, tunes: kernelTimeoutMs !== undefined });
  if (missing.length > 0) {
    for (const line of missing) say(line);
    connection.close();
    return 'refused';
  }
  if (kernelTimeoutMs === undefined) {
    connection.close();
    return undefined;
  }
  const run = randomBytes(4).toString('hex');
  const seconds = Math.ceil(kernelTimeoutMs / 1000);
  const undo = await tuneConntrack(api, { seconds, image: options.fixturesImage, run, log: say });
  return async () => {
    await undo();
    connection.close();
  };
}

/** Node access and agents are shared: instances that are started side by side run one after the other. */
async function runInTurn(options: RaceOptions): Promise<RunRecord> {
  for (let tries = 1; ; tries += 1) {
    const record = await run(options);
    const holder = clusterHolder(record);
    if (holder === undefined || interrupted !== undefined) return record;
    if (tries === 1) say(`the cluster is in use by run ${holder}; waiting for its end`);
    await delay(turnEveryMs);
  }
}

async function run(options: RaceOptions): Promise<RunRecord> {
  const folder = mkdtempSync(join(tmpdir(), 'staleproof-race-'));
  try {
    const args = runArguments(options, folder);
    const cli = join(root, 'e2e/cli.ts');
    await runChild(['--import', 'tsx', cli, ...args], { cwd: root, stdout: options.verbose ? 'inherit' : 'ignore' });
    return await readRun(join(folder, 'latest'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
