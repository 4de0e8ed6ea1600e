/**
 * The suite away from home, seen working: doctor, every area with a restricted account, and a Job of three shards whose merged
 * report must equal a single run's. `node --import tsx hack/ci/anywhere.ts [--registry localhost:PORT/PATH] [--out FOLDER]`;
 * with a registry its images come from there, else they are loaded into the nodes. Exit 1 on any surprise.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { areas } from '../../e2e/areas/index.ts';
import type { Area } from '../../e2e/harness/area/area.ts';
import { readMerged } from '../../e2e/report/merge.ts';
import { ensureSuiteImage } from '../images/suite-image.ts';
import { ensureFixturesImage } from '../images/fixtures-image.ts';
import { inRegistry, pushImage } from '../images/registry.ts';
import { type ForeignCluster, makeForeignCluster } from './foreign-cluster.ts';
import { nightlyTests } from './nightly-tests.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: { registry: { type: 'string' }, out: { type: 'string', default: 'reports/anywhere' } },
});
const { registry, out } = values;
const say = (line: string): void => void process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
const wrong: string[] = [];

async function npmRun(
  script: string,
  args: readonly string[],
  exits: readonly number[] = [0],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  say(`\n=== npm run ${script} -- ${args.join(' ')}`);
  const result = await execa('npm', ['run', '--silent', script, '--', ...args], {
    cwd: root,
    env,
    reject: false,
    all: true,
    stdin: 'ignore',
    timeout: 12 * 60_000,
    forceKillAfterDelay: 60_000,
  });
  process.stdout.write(`${result.all}\n`);
  check(
    exits.includes(result.exitCode ?? -1),
    `npm run ${script} ${args.join(' ')}: exit ${result.exitCode ?? 'none'}`,
  );
  return result.all;
}

function check(right: boolean, what: string): void {
  if (right) return;
  wrong.push(what);
  say(`SURPRISE: ${what}`);
}

/** Spec → verdict, with the reason of a skip. */
async function verdicts(folder: string): Promise<Readonly<Record<string, string>>> {
  const { outcomes, troubles } = await readMerged([folder], join(root, out, 'read'));
  for (const trouble of troubles) check(false, `${folder}: ${trouble}`);
  return Object.fromEntries(
    outcomes.map((outcome) => [
      outcome.spec.id,
      outcome.verdict === 'skip' ? `skip: ${outcome.decisive?.reason ?? ''}` : outcome.verdict,
    ]),
  );
}

async function lookAround(kubeconfig: string, image: readonly string[]): Promise<void> {
  const text = await npmRun('doctor', ['--context', 'restricted', '--kubeconfig', kubeconfig, ...image], [0, 2]);
  for (const area of areas.names)
    check(new RegExp(`^${area}: \\d+ of \\d+ specs would run`, 'm').test(text), `doctor says nothing of ${area}`);
  check(/get ✓ list ✓ create ✓/.test(text), 'doctor does not answer verb by verb');
}

function runThere(kubeconfig: string, image: readonly string[], name: string, args: readonly string[]) {
  const there = ['--provider', 'existing', '--context', 'restricted', '--kubeconfig', kubeconfig, ...image];
  return npmRun('e2e', [...there, '--reports-folder', join(out, name), ...args]);
}

async function areaByArea(kubeconfig: string, image: readonly string[]): Promise<void> {
  const run = (name: string, args: readonly string[]) => runThere(kubeconfig, image, name, args);
  for (const { name, ci } of areas.all) {
    const { args, skipped } = ci.anywhere;
    await run(name, args);
    if (skipped !== true) continue;
    for (const [spec, verdict] of Object.entries(await verdicts(join(root, out, name))))
      check(/^skip: .{20,}/.test(verdict), `${spec}: ${verdict}, expected a skip with its reason`);
  }
}

/** An account that may work for one area alone: specs of others have to be skipped with the verbs that it lacks. */
async function poorer(cluster: ForeignCluster, image: readonly string[], own: Area): Promise<void> {
  const kubeconfig = await cluster.account([own]);
  const specs = areas.all.flatMap(({ name, ci }) =>
    ci.anywhere.alone === undefined ? [] : [[name, ci.anywhere.alone] as const],
  );
  const focus = specs.flatMap(([, spec]) => ['--focus', `${spec}$`]);
  await runThere(kubeconfig, image, 'poorer', focus);
  const found = await verdicts(join(root, out, 'poorer'));
  for (const [area, spec] of specs) {
    const verdict = found[spec] ?? 'no verdict';
    const right =
      area === own.name
        ? verdict === 'pass'
        : /^skip: the account may not .+/.test(verdict) && verdict.includes(`, which area ${area} needs`);
    check(right, `${spec} with the rights of ${own.name}: ${verdict}`);
  }
}

async function insideIt({ kubeconfig }: ForeignCluster, image: readonly string[], { name, ci }: Area): Promise<void> {
  const job = ['--name', name, '--kubeconfig', kubeconfig];
  await npmRun('in-cluster', ['start', '--shards', '3', ...job, ...image, '--', ...ci.anywhere.args]);
  await npmRun('in-cluster', ['status', ...job]);
  await npmRun('in-cluster', ['status', '--wait', ...job]);
  const text = await npmRun('in-cluster', ['logs', ...job]);
  for (const shard of [1, 2, 3]) check(text.includes(`\n${shard}| `), `no log of shard ${shard}`);
  const retrieved = join(out, 'retrieved');
  await npmRun('in-cluster', ['retrieve', ...job, '--out', retrieved]);
  await npmRun('in-cluster', ['delete', ...job]);
  const [inside, outside] = [await verdicts(join(root, retrieved)), await verdicts(join(root, out, name))];
  say(`single run: ${Object.keys(outside).length} specs, merged shards: ${Object.keys(inside).length}`);
  for (const spec of new Set([...Object.keys(inside), ...Object.keys(outside)]))
    check(inside[spec] === outside[spec], `${spec}: ${String(inside[spec])} inside, ${String(outside[spec])} outside`);
}

/** Tests that want a cluster and more time than CI has. One that skips itself has run nothing. */
async function testsOfTheNight({ kubeconfig }: ForeignCluster): Promise<void> {
  for (const { word, kubeconfigIn } of nightlyTests) {
    const text = await npmRun('test', ['--cluster', word], [0], { [kubeconfigIn]: kubeconfig });
    check(/^[1-9]\d* passed, 0 failed, 0 skipped$/m.test(text), `${word}: no test passed, or one was skipped`);
  }
}

/** Labels of a run, helpers and jobs: nothing may be left. */
async function leftBehind({ api }: ForeignCluster): Promise<void> {
  const options = { namespace: 'staleproof-system' };
  const left = [
    ...(await api.list('v1', 'Namespace', { labelSelector: 'staleproof.dev/run' })),
    ...(await api.list('apps/v1', 'DaemonSet', options)),
    ...(await api.list('batch/v1', 'Job', options)),
    ...(await api.list('v1', 'Pod', options)),
    ...(await api.list('v1', 'ConfigMap', { ...options, labelSelector: 'staleproof.dev/in-cluster' })),
    ...(await api.list('coordination.k8s.io/v1', 'Lease', options)),
  ];
  for (const { kind = '', metadata } of left) check(false, `left behind: ${kind} ${metadata.name}`);
}

/** Options for images, of a run and of a Job: a registry that has them, or one image in every node. */
async function images(cluster: ForeignCluster): Promise<{ readonly run: string[]; readonly job: string[] }> {
  const suite = await ensureSuiteImage({ log: say });
  if (registry === undefined) {
    await cluster.load(suite);
    return { run: ['--fixtures-image', suite], job: ['--image', suite] };
  }
  for (const one of [await ensureFixturesImage({ log: say }), suite]) say(`pushed ${await pushImage(registry, one)}`);
  return { run: ['--images-from', registry], job: ['--image', inRegistry(registry, suite)] };
}

const cluster = await makeForeignCluster(join(root, out, 'foreign'), registry, say);
try {
  say('the foreign cluster is ready');
  const { run, job } = await images(cluster);
  const restricted = await cluster.account();
  await lookAround(restricted, run);
  await areaByArea(restricted, run);
  const sharded = areas.all.find(({ ci }) => ci.anywhere.sharded === true);
  if (sharded === undefined) throw new Error('no area says that it is run in shards (ci.anywhere.sharded)');
  await insideIt(cluster, job, sharded);
  await poorer(cluster, run, sharded);
  await testsOfTheNight(cluster);
  await leftBehind(cluster);
} catch (error) {
  check(false, error instanceof Error ? (error.stack ?? error.message) : String(error));
} finally {
  await cluster.remove();
}
say(wrong.length === 0 ? 'as expected' : `${wrong.length} surprises:\n${wrong.join('\n')}`);
process.exit(wrong.length === 0 ? 0 : 1);
