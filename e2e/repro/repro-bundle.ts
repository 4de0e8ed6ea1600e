/** Packs what a maintainer needs to see one failure again: texts, steps, programs, evidence. Reads the run's folder only. */
import { chmod, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFixtures } from '../../hack/images/bundle-fixtures.ts';
import { kindConfig } from '../harness/cluster/kind/kind-config.ts';
import type { FamilyMode } from '../harness/cluster/cluster.ts';
import { containedPath, writeContained } from '../harness/run/contained-path.ts';
import type { Action } from '../harness/run/action.ts';
import type { AttemptLine, RunStartLine, SubjectInfo } from '../harness/run/result-schema.ts';
import { Anonymiser } from '../report/anonymise.ts';
import { readRun } from '../report/run-record.ts';
import { failedAttempt } from './failed-attempt.ts';
import { bundleFacts, type BundleFacts, bundleReadme } from './bundle-text.ts';
import { captureWithoutPayload } from './capture-without-payload.ts';
import { readActions } from './recorded-actions.ts';
import { replayOf } from './replay-steps.ts';
import { reproduceScript } from './reproduce-script.ts';
import { rowCheckOf } from './row-check.ts';

export interface BundleOptions {
  readonly anonymise: boolean;
  /** Captures as they are, payload included. */
  readonly payload: boolean;
  /** Path in the image → program; this suite's own by default. */
  readonly programs?: () => Promise<ReadonlyMap<string, Uint8Array>>;
}

const library = fileURLToPath(new URL('replay-library.sh', import.meta.url));
/** Left to the bundle's own texts, or of no use outside. */
const notCopied = new Set(['actions.jsonl', 'log.txt']);
const isCapture = (name: string): boolean => /\.pcap(ng)?\d*$/.test(name);
/** What the script runs: names are replaced in it, and an address that stands in it is one that the spec chose. */
const isRun = (name: string): boolean => /^(steps\/|reproduce\.sh$)/.test(name);
const isVerbatim = (name: string): boolean => /^(programs\/|kind\.yaml$|replay-library\.sh$)/.test(name);

/** Writes the bundle of the spec's failure in the run's folder; returns what it lacks, in words. */
export async function writeBundle(
  runFolder: string,
  specId: string,
  out: string,
  options: BundleOptions,
): Promise<readonly string[]> {
  const run = await readRun(runFolder);
  const attempt = failedAttempt(run, specId);
  const artifacts = containedPath(runFolder, attempt.artifacts);
  const subjects = (run.start?.subjects ?? []).filter(({ name }) => attempt.subjects.includes(name));
  const lacks: string[] = [];
  const actions = await readActions(join(artifacts, 'actions.jsonl'));
  const files = new Map<string, string | Uint8Array>();
  if (actions === undefined)
    lacks.push('No script: this attempt recorded no steps (it used no cluster, or is older than the record).');
  else
    for (const [name, content] of await replayFiles(
      run.start,
      attempt,
      subjects,
      actions,
      await (options.programs ?? bundleFixtures)(),
    ))
      files.set(name, content);
  await addArtifacts(files, artifacts, options, lacks);
  if (attempt.subjects.some((name) => name.includes('+')))
    lacks.push(
      'The subject was changed on purpose (`+`): to see it again, the changed one has to run; `--here` uses a cluster with it.',
    );
  const said: BundleFacts = {
    ...{ start: run.start, attempt, subjects, lacks, script: actions !== undefined },
    files: [...files.keys(), 'facts.json'],
  };
  files.set('README.md', bundleReadme(said));
  files.set('facts.json', `${JSON.stringify(bundleFacts(said), null, 2)}\n`);
  const plain = options.anonymise ? anonymised(files, run.start, actions ?? []) : files;
  await writeAll(plain, out);
  return lacks;
}

async function replayFiles(
  start: RunStartLine | undefined,
  attempt: AttemptLine,
  subjects: readonly SubjectInfo[],
  actions: readonly Action[],
  programs: ReadonlyMap<string, Uint8Array>,
): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const facts = start?.facts ?? {};
  const proxy = subjects.find(({ product }) => product === 'kube-proxy');
  const version = proxy?.versions['kube-proxy'];
  const replay = replayOf(actions);
  const title = `${attempt.spec.title} (${attempt.subjects.join(', ')})`;
  const proxyImage = version === undefined ? undefined : `registry.k8s.io/kube-proxy:v${version.replace(/^v/, '')}`;
  const config = kindConfig({
    familyMode: (facts['family'] ?? 'ipv4') as FamilyMode,
    kubeProxyMode: proxyMode(proxy?.mode),
    workers: Number(facts['workers'] ?? 2),
    podNetwork: 'kindnet',
  });
  return new Map<string, string | Uint8Array>([
    ['reproduce.sh', reproduceScript({ title, facts, proxyImage, replay, check: rowCheckOf(attempt) })],
    ['replay-library.sh', await readFile(library, 'utf8')],
    ['kind.yaml', `${JSON.stringify(JSON.parse(config), null, 2)}\n`],
    ...[...replay.files].map(([name, text]) => [`steps/${name}`, text] as const),
    ...replay.programs.flatMap((name) => {
      const content = programs.get(`app/${name}`);
      return content === undefined ? [] : [[`programs/${name}`, content] as const];
    }),
  ]);
}

function proxyMode(mode: string | undefined): 'iptables' | 'nftables' | 'ipvs' {
  return mode === 'nftables' || mode === 'ipvs' ? mode : 'iptables';
}

async function addArtifacts(
  files: Map<string, string | Uint8Array>,
  folder: string,
  { anonymise, payload }: BundleOptions,
  lacks: string[],
): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    if (notCopied.has(name)) continue;
    if (!isCapture(name)) files.set(name, await readFile(path, 'utf8'));
    else if (anonymise) lacks.push(`${name} was left out: addresses in packets are not replaced.`);
    else if (payload) files.set(name, await readFile(path));
    else
      try {
        files.set(name, await captureWithoutPayload(path));
      } catch (error) {
        lacks.push(`${name} was left out: ${error instanceof Error ? error.message : String(error)}`);
      }
  }
}

function anonymised(
  files: ReadonlyMap<string, string | Uint8Array>,
  start: RunStartLine | undefined,
  actions: readonly Action[],
): ReadonlyMap<string, string | Uint8Array> {
  const anonymiser = new Anonymiser();
  const cluster = start?.facts['cluster'];
  for (const action of actions) {
    if (action.do === 'saw' && action.target.kind === 'Node') anonymiser.keep('node', action.target.name);
    if (action.do === 'apply') {
      const { kind, metadata } = action.object as {
        readonly kind: string;
        readonly metadata: { readonly name: string };
      };
      if (kind === 'Namespace') anonymiser.keep('namespace', metadata.name);
    }
  }
  if (cluster !== undefined) anonymiser.keep('cluster', cluster);
  return new Map(
    [...files].map(([name, content]) => {
      const said = anonymiser.text(name);
      if (typeof content !== 'string' || isVerbatim(name)) return [said, content];
      return [said, isRun(name) ? anonymiser.names(content) : anonymiser.text(content)];
    }),
  );
}

async function writeAll(files: ReadonlyMap<string, string | Uint8Array>, out: string): Promise<void> {
  await mkdir(out, { recursive: true });
  if ((await readdir(out)).length > 0)
    throw new Error(`${out} is not empty: a bundle is written to a folder of its own`);
  for (const [name, content] of files) await writeContained(out, name, content);
  if (files.has('reproduce.sh')) await chmod(join(out, 'reproduce.sh'), 0o755);
}
