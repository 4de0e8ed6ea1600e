/**
 * `npm run bench udp -- [--rounds N] [--backend NAME] [--without-upstream]`: parsing speed, and in turns on the same cluster and proxy
 * this area, Kubernetes' own Conntrack specs, and the twins that these have here. `e2e.test` and what its specs start are built from
 * the Go module of the node image's version, which takes minutes the first time. The cluster goes at the end unless it was there before.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureFixturesImage } from '../../hack/images/fixtures-image.ts';
import { createSteps } from '../../hack/process/steps.ts';
import { ensureUpstreamE2e, type UpstreamE2e } from '../../hack/subjects/upstream-e2e.ts';
import { clustersNow, removeClustersMade } from '../compose/clusters-made.ts';
import { kindNodes, loadIntoNodes } from '../compose/kind-nodes.ts';
import { parseConntrackTable } from '../harness/conntrack/conntrack-table.ts';
import type { AttemptLine } from '../harness/run/result-schema.ts';
import { lineOf, median, type BenchLine } from './bench-line.ts';
import { runSuite, spanSeconds } from './run-suite.ts';
import { runUpstreamConntrack, twinIds, twinOf, type UpstreamRun } from './upstream-conntrack.ts';

const ROWS = 262_144;
const oneByOne = ['--jobs', '1', ...twinIds.flatMap((id) => ['--focus', `^${id}$`])];

interface Run {
  /** From the first spec's start to the last one's end. */
  readonly seconds: number;
  readonly attempts: readonly AttemptLine[];
  readonly cluster: string;
}

export async function bench(args: readonly string[]): Promise<readonly BenchLine[]> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '1' },
      backend: { type: 'string', default: 'kube-proxy-iptables' },
      'without-upstream': { type: 'boolean', default: false },
    },
  });
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const upstream = values['without-upstream']
    ? undefined
    : await ensureUpstreamE2e(await ensureFixturesImage({ log }), { steps: createSteps(log) });
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-bench-udp-'));
  const before = await clustersNow([]);
  const ours: Run[] = [];
  const alone: Run[] = [];
  const theirs: UpstreamRun[] = [];
  try {
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      const area = await runOurs(values.backend, join(folder, String(round)), ['--tags', 'udp']);
      ours.push(area);
      if (upstream === undefined) continue;
      theirs.push(await runBeside(area, upstream, join(folder, String(round))));
      alone.push(await runOurs(values.backend, join(folder, `${round}-alone`), oneByOne));
      log(
        `round ${round}: the area ${area.seconds.toFixed(1)} s, e2e.test ${theirs.at(-1)?.seconds.toFixed(1) ?? ''} s`,
      );
    }
  } finally {
    await removeClustersMade(folder, before, []);
    await rm(folder, { recursive: true, force: true });
  }
  return [parserLine(), ...areaLines(ours, theirs), ...twinLines(alone, theirs), ...findingLines(ours, theirs)];
}

function areaLines(ours: readonly Run[], theirs: readonly UpstreamRun[]): readonly BenchLine[] {
  const upstream = theirs.map(({ seconds }) => seconds);
  const peer = `e2e.test, its ${theirs.at(-1)?.specs.length ?? 0} Conntrack specs`;
  const bar = upstream.length === 0 ? {} : { bar: median(upstream), peer };
  const judged = ours.at(-1)?.attempts.filter(({ verdict }) => verdict !== 'skip') ?? [];
  return [
    lineOf(
      `the whole area, ${judged.length} specs judged`,
      ours.map(({ seconds }) => seconds),
      's',
      bar,
    ),
    ...(upstream.length === 0 ? [] : [lineOf(peer, upstream, 's')]),
  ];
}

/** Both one by one: beside six others a spec of ours takes longer, and the area takes less. */
function twinLines(alone: readonly Run[], theirs: readonly UpstreamRun[]): readonly BenchLine[] {
  return (theirs[0]?.specs ?? []).flatMap(({ name }) => {
    const twin = twinOf(name);
    const peer = `e2e.test: ${name.replace(/^.*Conntrack /, '')}`;
    const times = theirs.flatMap(({ specs }) =>
      specs.filter((spec) => spec.name === name).map(({ seconds }) => seconds),
    );
    const theirLine = lineOf(peer, times, 's');
    if (twin === undefined) return [theirLine];
    const bar = { bar: median(times) / 3, peer };
    return [lineOf(`${twin}, one by one; bar: a third of its twin`, timesOf(alone, twin), 's', bar), theirLine];
  });
}

function timesOf(ours: readonly Run[], id: string): readonly number[] {
  const attempts = ours.flatMap((run) => run.attempts).filter(({ spec }) => spec.id === id);
  return attempts.map(({ startedAt, endedAt }) => (endedAt - startedAt) / 1000);
}

function findingLines(ours: readonly Run[], theirs: readonly UpstreamRun[]): readonly BenchLine[] {
  const isFinding = ({ verdict }: AttemptLine): boolean => verdict === 'fail' || verdict === 'expected-fail';
  const count = (what: string, value: number, bar?: number): BenchLine => ({
    ...{ what, value, unit: 'specs', better: 'less' },
    ...(bar === undefined ? {} : { bar }),
  });
  const found = new Set(ours.flatMap(({ attempts }) => attempts.filter(isFinding).map(({ spec }) => spec.id)));
  const theirFailed = new Set(
    theirs.flatMap(({ specs }) => specs.filter(({ verdict }) => verdict === 'fail').map(({ name }) => name)),
  );
  const missed = [...theirFailed].filter((name) => !found.has(twinOf(name) ?? ''));
  const lines = [
    count('specs of ours that find a defect', found.size),
    count(
      `flakes of ours in ${ours.length} rounds`,
      changing(ours.map(({ attempts }) => attempts.map(({ spec, verdict }) => [spec.id, verdict]))),
      0,
    ),
  ];
  if (theirs.length === 0) return lines;
  return [
    ...lines,
    count('specs of e2e.test that find a defect', theirFailed.size),
    count('findings of e2e.test that ours miss', missed.length, 0),
    count(
      `flakes of e2e.test in ${theirs.length} rounds`,
      changing(theirs.map(({ specs }) => specs.map(({ name, verdict }) => [name, verdict]))),
    ),
  ];
}

/** How many specs had not the same verdict in every round. */
function changing(rounds: readonly (readonly (readonly [string, string])[])[]): number {
  const verdicts = new Map<string, Set<string>>();
  for (const [name, verdict] of rounds.flat()) verdicts.set(name, (verdicts.get(name) ?? new Set()).add(verdict));
  return [...verdicts.values()].filter(({ size }) => size > 1).length;
}

/** Five whole tables; CPU time, because a busy machine inflates the wall's. */
function parserLine(): BenchLine {
  const text = Array.from({ length: ROWS }, (_, index) => {
    const client = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
    return `ipv4     2 udp      17 29 src=${client} dst=10.96.0.10 sport=12345 dport=80 src=10.200.0.2 dst=${client} sport=8080 dport=12345 [ASSURED] mark=0 use=1 id=${1066412369 + index}`;
  })
    .map((row) => `${row}\n`)
    .join('');
  const samples = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    if (parseConntrackTable(text).entries.length !== ROWS) throw new Error('rows went missing');
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return lineOf(`conntrack table of ${ROWS} rows parsed (CPU)`, samples, 'ms', { bar: 1000 });
}

async function runOurs(backend: string, folder: string, selection: readonly string[]): Promise<Run> {
  const args = [...selection, '-b', backend, '--reporter', 'none', '--keep', '--reuse'];
  const { start, attempts } = await runSuite(args, folder);
  return { seconds: spanSeconds(attempts), attempts, cluster: start?.facts['cluster'] ?? '' };
}

async function runBeside(area: Run, { binary, images }: UpstreamE2e, folder: string): Promise<UpstreamRun> {
  const nodes = (await kindNodes()).get(area.cluster) ?? [];
  await loadIntoNodes(nodes, images);
  return runUpstreamConntrack(binary, join(folder, 'latest', 'kubeconfig'), join(folder, 'upstream'));
}
