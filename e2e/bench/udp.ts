/**
 * `npm run bench udp -- [--e2e-test PATH] [--rounds N]`: parsing speed, and this area beside Kubernetes' own Conntrack specs.
 *
 * PATH is upstream's `e2e.test` (`go test -c k8s.io/kubernetes/test/e2e`; its images have to be on the nodes). Both suites then run
 * in turns on one kept cluster with kube-proxy in iptables mode. Without PATH only this area and the parser are measured.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { parseConntrackTable } from '../harness/evidence/conntrack-table.ts';
import type { AttemptLine, ResultLine } from '../harness/run/result-schema.ts';
import { lineOf, median, type BenchLine } from './bench-line.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ROWS = 262_144;
/** Six upstream specs took this long on the same kind of cluster. */
const UPSTREAM_AREA_S = 161;
const UPSTREAM_SPEC_S = 26;

export async function bench(args: readonly string[]): Promise<readonly BenchLine[]> {
  const { values } = parseArgs({
    args: [...args],
    options: { 'e2e-test': { type: 'string' }, rounds: { type: 'string', default: '1' } },
  });
  const lines: BenchLine[] = [parserLine()];
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-bench-udp-'));
  const ours: { areaS: number; attempts: readonly AttemptLine[] }[] = [];
  const theirs: number[] = [];
  try {
    for (let round = 0; round < Number(values.rounds); round += 1) {
      ours.push(await runArea(join(folder, String(round))));
      if (values['e2e-test'] !== undefined)
        theirs.push(await runUpstream(values['e2e-test'], join(folder, String(round))));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const area = ours.map(({ areaS }) => areaS);
  const cycle = ours
    .flatMap(({ attempts }) => attempts)
    .filter(({ spec }) => spec.id === 'udp/clusterip-server-cycles');
  const last = ours.at(-1)?.attempts ?? [];
  const judged = last.filter(({ verdict }) => verdict !== 'skip');
  lines.push(
    lineOf('the area, default selection', area, 's', { bar: theirs.length > 0 ? median(theirs) : UPSTREAM_AREA_S }),
  );
  if (theirs.length > 0) lines.push(lineOf('e2e.test --ginkgo.focus=Conntrack', theirs, 's'));
  lines.push(
    lineOf(
      'one twin: ClusterIP server cycles',
      cycle.map(({ startedAt, endedAt }) => (endedAt - startedAt) / 1000),
      's',
      {
        bar: Math.round((UPSTREAM_SPEC_S / 3) * 10) / 10,
      },
    ),
    { what: 'specs judged', value: judged.length, unit: 'specs' },
    {
      what: 'defects found in kube-proxy itself',
      value: last.filter(({ verdict }) => verdict === 'expected-fail' || verdict === 'fail').length,
      unit: 'defects',
    },
  );
  return lines;
}

/** Five whole tables; CPU time, because a busy machine inflates the wall's. */
function parserLine(): BenchLine {
  const text = Array.from({ length: ROWS }, (_, index) => {
    const client = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
    return `ipv4     2 udp      17 29 src=${client} dst=10.96.0.10 sport=12345 dport=80 src=10.200.0.2 dst=${client} sport=8080 dport=12345 [ASSURED] mark=0 use=1 id=${1066412369 + index}`;
  }).join('\n');
  const samples = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    if (parseConntrackTable(text).entries.length !== ROWS) throw new Error('rows went missing');
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return lineOf(`conntrack table of ${ROWS} rows parsed (CPU)`, samples, 'ms', { bar: 1000 });
}

async function runArea(folder: string): Promise<{ areaS: number; attempts: readonly AttemptLine[] }> {
  const argv = ['--import', 'tsx', 'e2e/cli.ts', '--tags', 'udp && !slow', '-b', 'kube-proxy-iptables'];
  const result = await execa(process.execPath, [...argv, '--keep', '--reuse', '--reports-folder', folder], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    reject: false,
  });
  if (result.exitCode !== 0 && result.exitCode !== 1) throw new Error(`the area ended with ${String(result.exitCode)}`);
  const text = await readFile(join(folder, 'latest', 'results.jsonl'), 'utf8');
  const lines = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ResultLine);
  const attempts = lines.filter((line) => line.type === 'attempt');
  const begin = Math.min(...attempts.map(({ startedAt }) => startedAt));
  const end = Math.max(...attempts.map(({ endedAt }) => endedAt));
  return { areaS: (end - begin) / 1000, attempts };
}

/** Returns seconds. */
async function runUpstream(path: string, folder: string): Promise<number> {
  const started = performance.now();
  const kubeconfig = join(folder, 'latest', 'kubeconfig');
  const argv = ['--ginkgo.focus=Conntrack', '--provider=skeleton', `--kubeconfig=${kubeconfig}`];
  await execa(path, argv, { stdio: ['ignore', 2, 2], reject: false });
  return (performance.now() - started) / 1000;
}
