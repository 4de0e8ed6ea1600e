/** `npm run in-cluster`: the suite as a Job of the cluster that it judges. Everything about a run is kept there, by the Job's name. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isOver, type JobPlace, type Shard, deleteJob, shardsOf, startJob } from '../compose/in-cluster/job.ts';
import { defaultNamespace } from '../compose/in-cluster/names.ts';
import { worstExit } from '../compose/in-cluster/worst-exit.ts';
import type { KubeApi } from '../harness/cluster/cluster.ts';
import { containedPath } from '../harness/run/contained-path.ts';
import { EXIT } from '../harness/run/exit-codes.ts';
import { UsageError } from '../harness/run/usage-error.ts';
import { runCommandLine } from './run-command-line.ts';
import { shown } from '../harness/run/shown.ts';

const usage = `npm run in-cluster -- <command> [options] [-- options of npm run e2e]

  start      makes a Job that runs the selected specs inside the cluster; returns at once
      --shards N             parts, one completion each, one after the other (1)
      --image REF            the suite's image (default: built here, loaded into a kind cluster's nodes)
      --images-from REGISTRY where \`image --push\` has put it
      --wait                 stay until it is over
  status     every shard: waiting, running on which node, done with which exit code
      --wait  until it is over      --json
  logs       what the shards have said so far; --follow goes on
  retrieve   fetches the results and merges them into one report
      --out FOLDER           where to (reports/in-cluster/NAME)
  delete     ends it if it runs, and removes Job and results
  image      builds the suite's image and says its name
      --push REGISTRY        puts it and the image of the in-pod programs there
  shard      what the Job's pods run (manifests/run)

  --name NAME        of the Job (staleproof)
  --namespace NAME   of the Job (${defaultNamespace})
  --context NAME, --kubeconfig FILE
  --insecure-http    let the login of a kubeconfig go over plain HTTP

Exit code: of start and status 0, with --wait that of the worst shard; of retrieve the worst of the merged report and the shards; 64 wrong usage.`;

const say = (line: string): void => void process.stdout.write(shown(`${line}\n`));
const log = (line: string): void => void process.stderr.write(shown(`${line}\n`));

function parse(argv: readonly string[]) {
  const end = argv.indexOf('--');
  try {
    const { values, positionals } = parseArgs({
      args: [...(end < 0 ? argv : argv.slice(0, end))],
      allowPositionals: true,
      options: {
        shards: { type: 'string', default: '1' },
        image: { type: 'string' },
        'images-from': { type: 'string' },
        push: { type: 'string' },
        wait: { type: 'boolean', default: false },
        follow: { type: 'boolean', short: 'f', default: false },
        json: { type: 'boolean', default: false },
        out: { type: 'string' },
        name: { type: 'string', default: 'staleproof' },
        namespace: { type: 'string', default: defaultNamespace },
        context: { type: 'string' },
        'insecure-http': { type: 'boolean', default: false },
        kubeconfig: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (!/^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$/.test(values.name))
      throw new UsageError(`--name ${values.name}: lower-case letters, digits and -, at most 42`);
    return { values, positionals, args: end < 0 ? [] : argv.slice(end + 1) };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
}
type Given = ReturnType<typeof parse>;
type Values = Given['values'];

async function main(argv: readonly string[]): Promise<number> {
  const given = parse(argv);
  const [command, ...rest] = given.positionals;
  if (given.values.help || command === undefined) {
    say(usage);
    return given.values.help ? EXIT.asExpected : EXIT.usage;
  }
  if (rest.length > 0) throw new UsageError(`${rest.join(' ')}: options of npm run e2e go after --`);
  if (command === 'shard') {
    const { runShard, shardRequest } = await import('../compose/in-cluster/shard.ts');
    return runShard(shardRequest(process.env));
  }
  if (command === 'image') return image(given.values);
  const run = { start, status, logs, retrieve, delete: remove }[command];
  if (run === undefined)
    throw new UsageError(`unknown command "${command}"; allowed: start, status, logs, retrieve, delete, image, shard`);
  const { connect } = await import('../harness/cluster/kube/connection.ts');
  const { KubeClient } = await import('../harness/cluster/kube/kube-client.ts');
  const connection = await connect({
    kubeconfig: given.values.kubeconfig,
    context: given.values.context,
    insecureHttp: given.values['insecure-http'],
  });
  try {
    return await run(new KubeClient(connection, { labels: {}, pollMs: 1_000 }), given);
  } finally {
    connection.close();
  }
}

const placeOf = ({ name, namespace }: Values): JobPlace => ({ name, namespace });

async function start(api: KubeApi, given: Given): Promise<number> {
  const { values, args } = given;
  const shards = Number(values.shards);
  if (!Number.isInteger(shards) || shards < 1 || shards > 100)
    throw new UsageError(`--shards ${values.shards}: a number from 1 to 100`);
  const count = await selectedSpecs(args, shards);
  if (count < shards) throw new UsageError(`--shards ${shards}: only ${count} specs are selected`);
  const { suiteImage } = await import('../compose/in-cluster/suite-image.ts');
  const reference = values.image ?? (await suiteImage(api, { registry: values['images-from'], log }));
  await startJob(api, { ...placeOf(values), shards, image: reference, args });
  say(`Job ${values.namespace}/${values.name}: ${count} specs in ${shards} shards with ${reference}`);
  say(`next: npm run in-cluster -- status --name ${values.name}`);
  return values.wait ? untilOver(api, values) : EXIT.asExpected;
}

/** A wrong option is said here and now, not by a pod. */
async function selectedSpecs(args: readonly string[], shards: number): Promise<number> {
  const { parseOptions } = await import('../harness/run/options/parse.ts');
  const { composition } = await import('../compose/composition.ts');
  const { loadSpecs } = await import('../harness/run/spec-registry.ts');
  const { select } = await import('../harness/run/select.ts');
  const options = await parseOptions(['--provider', 'existing', ...args], {}, composition.areas);
  if (options.shard !== undefined) throw new UsageError('--shard is set by the Job; use --shards');
  if (shards > 1 && options.seed === 'random')
    throw new UsageError('--seed random: each shard would draw an order of its own; give a number');
  const { specs } = select(
    await loadSpecs(composition.specFolders, composition.areas),
    options,
    composition.areas.tags,
  );
  await composition.choose(options, specs);
  return specs.length;
}

async function status(api: KubeApi, { values }: Given): Promise<number> {
  if (values.wait) return untilOver(api, values);
  const shards = await shardsOf(api, placeOf(values));
  if (values.json) say(JSON.stringify(shards, null, 2));
  else for (const shard of shards) say(lineOf(shard));
  return EXIT.asExpected;
}

function lineOf({ number, state, node, outcome, remark }: Shard): string {
  const where = state === 'running' ? ` on ${node ?? '?'}` : '';
  const how =
    outcome === undefined
      ? ''
      : `, exit ${outcome.exitCode}${outcome.run === undefined ? '' : ` (run ${outcome.run})`}`;
  return `shard ${number}: ${state}${where}${how}${remark === undefined ? '' : `: ${remark}`}`;
}

/** Says what changes; the exit code is that of the worst shard. */
async function untilOver(api: KubeApi, values: Values): Promise<number> {
  const said = new Map<number, string>();
  for (;;) {
    const shards = await shardsOf(api, placeOf(values));
    for (const shard of shards) {
      const line = lineOf(shard);
      if (said.get(shard.number) !== line) say(line);
      said.set(shard.number, line);
    }
    if (isOver(shards)) return worstExit(codesOf(shards));
    await delay(3_000);
  }
}

const codesOf = (shards: readonly Shard[]): readonly (number | undefined)[] =>
  shards.map(({ outcome }) => outcome?.exitCode);

async function logs(api: KubeApi, { values }: Given): Promise<number> {
  const seen = new Set<number>();
  for (;;) {
    const shards = await shardsOf(api, placeOf(values));
    for (const { number, pod, state } of shards) {
      if (pod === undefined || state === 'waiting' || seen.has(number)) continue;
      seen.add(number);
      const show = (line: string): void => say(`${number}| ${line}`);
      if (values.follow && state === 'running') {
        const stream = await api.followLogs(pod);
        stream.onLine(show);
        await stream.exited;
      } else for (const line of (await api.logs(pod)).trimEnd().split('\n')) show(line);
    }
    if (!values.follow || isOver(shards)) return EXIT.asExpected;
    await delay(2_000);
  }
}

async function retrieve(api: KubeApi, { values }: Given): Promise<number> {
  const { storedArchive } = await import('../compose/in-cluster/outcome.ts');
  const { unpack } = await import('../compose/in-cluster/archive.ts');
  const out = values.out ?? join('reports', 'in-cluster', values.name);
  const shards = await shardsOf(api, placeOf(values));
  const missing = shards.filter(({ outcome }) => outcome?.run === undefined);
  const folders: string[] = [];
  for (const { number, outcome } of shards) {
    if (outcome?.run === undefined) continue;
    const folder = containedPath(out, `shard-${number}`, outcome.run);
    await unpack(await storedArchive(api, { namespace: values.namespace, job: values.name }, number), folder);
    folders.push(folder);
  }
  for (const shard of missing) log(`no results: ${lineOf(shard)}`);
  if (folders.length === 0) throw new Error(`Job ${values.namespace}/${values.name} has no results yet`);
  const { mergeRuns } = await import('../report/merge.ts');
  const { consoleSummary } = await import('../report/console-summary.ts');
  const { exitCodeOfReport } = await import('../report/report-data.ts');
  const { report, files } = await mergeRuns(folders, join(out, 'merged'));
  say(consoleSummary(report, files, { folder: join(out, 'merged') }));
  // A shard may have ended otherwise than its results say: killed after the last line, or before the first.
  return worstExit([exitCodeOfReport(report), ...codesOf(shards)]);
}

async function remove(api: KubeApi, { values }: Given): Promise<number> {
  say(`removed: ${await deleteJob(api, placeOf(values))}`);
  return EXIT.asExpected;
}

async function image(values: Values): Promise<number> {
  const { ensureSuiteImage } = await import('../../hack/images/suite-image.ts');
  const suite = await ensureSuiteImage({ log });
  if (values.push === undefined) {
    say(suite);
    return EXIT.asExpected;
  }
  const { ensureFixturesImage } = await import('../../hack/images/fixtures-image.ts');
  const { pushImage } = await import('../../hack/images/registry.ts');
  for (const one of [await ensureFixturesImage({ log }), suite]) say(await pushImage(values.push, one));
  return EXIT.asExpected;
}

void runCommandLine({ name: 'in-cluster', isUsage: (error) => error instanceof UsageError }, () =>
  main(process.argv.slice(2)),
);
