/** Kubernetes' own Conntrack specs on a running cluster: what each found and how long it took, and which spec of ours is its twin. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { convert } from 'xmlbuilder2';
import { standInRegistry } from '../../hack/subjects/upstream-e2e.ts';

export interface UpstreamSpec {
  readonly name: string;
  /** `broken`: it failed while Ginkgo prepared it, so it judged nothing. */
  readonly verdict: 'pass' | 'fail' | 'broken';
  readonly seconds: number;
}

export interface UpstreamRun {
  /** From start to end of `e2e.test`. */
  readonly seconds: number;
  readonly specs: readonly UpstreamSpec[];
}

/** A part of upstream's title → id of the spec that makes the same claim. */
const twins: readonly (readonly [RegExp, string])[] = [
  [/cycles for a NodePort service/, 'udp/node-port-server-cycles'],
  [/ClusterIP service and client is hostNetwork/, 'udp/host-network-client'],
  [/InternalTrafficPolicy set to Local/i, 'udp/internal-traffic-policy-local'],
  [/cycles for a ClusterIP service$/, 'udp/clusterip-server-cycles'],
  [/initial unready endpoints get ready/, 'udp/unready-endpoint-becomes-ready'],
  [/invalid conntrack (state|entries)/i, 'udp/invalid-packets-keep-tcp'],
  [/target port changes/, 'udp/target-port-change'],
];

export const twinIds: readonly string[] = twins.map(([, id]) => id);

export function twinOf(name: string): string | undefined {
  const title = name.replace(/\s*\[Privileged\]$/, '');
  return twins.find(([pattern]) => pattern.test(title))?.[1];
}

/**
 * Throws when `e2e.test` ran no Conntrack spec, or when one broke before it began: a cluster that went away fails the others as well,
 * and a failure of that kind is no finding.
 */
export async function runUpstreamConntrack(
  binary: string,
  kubeconfig: string,
  folder: string,
  signal?: AbortSignal,
): Promise<UpstreamRun> {
  await mkdir(folder, { recursive: true });
  const registries = join(folder, 'registries.yaml');
  await writeFile(registries, `promoterE2eRegistry: ${standInRegistry}\n`);
  const started = performance.now();
  const argv = [
    ...['--ginkgo.focus=\\[sig-network\\] Conntrack', '--provider=skeleton', `--kubeconfig=${kubeconfig}`],
    ...[`--report-dir=${folder}`, `--kube-test-repo-list=${registries}`, '--ginkgo.no-color'],
  ];
  const stop = signal === undefined ? {} : { cancelSignal: signal };
  const { exitCode } = await execa(binary, argv, { ...stop, stdio: ['ignore', 2, 2], reject: false });
  signal?.throwIfAborted();
  // 1: a spec failed, which is a result. Anything else, a signal too, is no whole run.
  if (exitCode !== 0 && exitCode !== 1)
    throw new Error(`${binary} ended with ${exitCode ?? 'a signal'}, expected 0 or 1; see its output above`);
  const seconds = (performance.now() - started) / 1000;
  const file = (await readdir(folder)).find((name) => /^junit.*\.xml$/.test(name));
  const specs = file === undefined ? [] : specsOfJunit(await readFile(join(folder, file), 'utf8'));
  if (specs.length === 0) throw new Error(`${binary} ran no Conntrack spec; see its output above`);
  const broken = specs.filter(({ verdict }) => verdict === 'broken');
  if (broken.length > 0) {
    const names = broken.map(({ name }) => name).join('; ');
    throw new Error(
      `e2e.test could not prepare ${broken.length} of ${specs.length} specs (expected 0), so this round compares nothing: ${names}; see its output above`,
    );
  }
  return { seconds, specs };
}

interface TestCase {
  readonly '@name': string;
  readonly '@status': string;
  readonly '@time': string;
  readonly failure?: unknown;
}

/** Ginkgo lists every spec of the binary; those that the focus left out are `skipped`. */
export function specsOfJunit(xml: string): readonly UpstreamSpec[] {
  const document = convert(xml, { format: 'object' }) as unknown as {
    testsuites?: { testsuite?: { testcase?: TestCase | readonly TestCase[] } };
  };
  return [document.testsuites?.testsuite?.testcase ?? []]
    .flat()
    .filter((test) => test['@name'].includes('Conntrack') && test['@status'] !== 'skipped')
    .map((test) => ({
      name: test['@name'].replace(/^\[It\]\s*/, ''),
      verdict: verdictOf(test),
      seconds: Number(test['@time']),
    }));
}

function verdictOf(test: TestCase): UpstreamSpec['verdict'] {
  if (test['@status'] === 'passed') return 'pass';
  return JSON.stringify(test.failure ?? '').includes('[BeforeEach]') ? 'broken' : 'fail';
}
