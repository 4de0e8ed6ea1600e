/** `npm run prove -- policy`: kubeconform and kube-score over every manifest; what they find needs a reason. */
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { loadAll } from 'js-yaml';
import { apiDescription, writeCustomSchemas, writeSchemas } from '../../hack/policy/kubernetes-schemas.ts';
import { ensureManifestLinters } from '../../hack/policy/manifest-linters.ts';
import { kubernetesVersion } from '../../hack/images/kubernetes-binary.ts';
import { createSteps } from '../../hack/process/steps.ts';
import { fromKubeconform, fromKubeScore, judgeFindings, policyMarkdown } from '../../hack/policy/linter-findings.ts';
import { EXIT } from '../harness/run/exit-codes.ts';
import { runCommandLine } from './run-command-line.ts';

const manifests = fileURLToPath(new URL('../../manifests', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

const HELP = `npm run prove -- policy [--out DIR]

  --out DIR  where the table goes (reports/policy)
Builds kubeconform and kube-score from their Go modules the first time. Exit code: 0 every finding has a reason, 1 one has
none or a reason excuses nothing, 2 a linter could not be built or said nothing.
`;

const KNOWN_BAD = 'known-bad.yaml';
const knownBad = `apiVersion: v1
kind: Pod
metadata: { name: known-bad }
spec: { containers: [{ name: main, image: a:1, privileged: true, securityContext: { privileged: true } }] }
`;

interface Manifest {
  readonly apiVersion?: string;
  readonly kind?: string;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { help: { type: 'boolean', short: 'h' }, out: { type: 'string', default: 'reports/policy' } },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return EXIT.asExpected;
  }
  const output = resolve(root, values.out);
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const linters = await ensureManifestLinters({ steps: createSteps(log) });
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-policy-'));
  try {
    const files = await copyRendered(join(folder, 'manifests'));
    const objects = (
      await Promise.all(files.map(async (file) => loadAll(await readFile(join(folder, 'manifests', file), 'utf8'))))
    ).flat() as (Manifest | null)[];
    const schemas = join(folder, 'schemas');
    await writeSchemas(schemas, await apiDescription(), objects.flatMap(kindOf));
    for (const object of objects)
      if (object?.kind === 'CustomResourceDefinition') await writeCustomSchemas(schemas, object);
    const run = async (command: string, args: readonly string[], over = files): Promise<string> =>
      said(await execa(command, [...args, ...over], { cwd: join(folder, 'manifests'), reject: false }));
    const conform = [
      '-strict',
      '-output',
      'json',
      '-verbose',
      '-schema-location',
      `${schemas}/{{.ResourceKind}}{{.KindSuffix}}.json`,
    ];
    const score = [
      'score',
      '--output-format',
      'json',
      '--kubernetes-version',
      `v${kubernetesVersion.replace(/[.]\d+$/, '')}`,
    ];
    const valid = fromKubeconform(await run(linters.kubeconform, conform));
    const scored = fromKubeScore(await run(linters.kubeScore, score), await realpath(join(folder, 'manifests')));
    // A linter that finds nothing in this would find nothing anywhere.
    await writeFile(join(folder, 'manifests', KNOWN_BAD), knownBad);
    const seen = fromKubeconform(await run(linters.kubeconform, conform, [KNOWN_BAD]));
    const graded = fromKubeScore(await run(linters.kubeScore, score, [KNOWN_BAD]));
    if (
      seen.findings.length === 0 ||
      !graded.findings.some(({ rule }) => rule === 'container-security-context-privileged')
    )
      throw new Error('a linter accepts a Pod that is privileged and has a field that no Pod has');
    const judged = judgeFindings([...valid.findings, ...scored.findings]);
    await mkdir(output, { recursive: true });
    const table = policyMarkdown({ files: files.length, ...valid, checks: scored.checks, ...judged });
    await writeFile(join(output, 'manifests.md'), table);
    for (const finding of judged.unexcused)
      process.stdout.write(`${finding.tool}: ${finding.file}: ${finding.place}: ${finding.rule}: ${finding.text}\n`);
    for (const excuse of judged.idle) process.stdout.write(`excuses nothing: ${excuse}\n`);
    process.stdout.write(
      `${files.length} files, ${valid.objects} objects valid or said why, ${scored.checks} checks of kube-score; ${judged.excused.length} findings with a reason, ${judged.unexcused.length} without\n`,
    );
    if (valid.objects === 0 || scored.checks === 0) throw new Error('a linter said nothing at all');
    return judged.unexcused.length + judged.idle.length === 0 ? EXIT.asExpected : EXIT.failed;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a placeholder stands for where no plain word would be valid. */
const values: readonly (readonly [RegExp, string])[] = [
  [/_(COMMAND|ARGS)$/, '[value]'],
  [/^SHARDS$/, '3'],
  [/_IMAGE$|^IMAGE$/, 'registry.example/image:1'],
];

function valueOf(name: string): string {
  const [, value] = values.find(([pattern]) => pattern.test(name)) ?? [];
  return value ?? `value-of-${name.toLowerCase().replaceAll('_', '-')}`;
}

/** Copies the manifests with a value for each placeholder. Returns paths below them. */
async function copyRendered(folder: string): Promise<readonly string[]> {
  const files = (await readdir(manifests, { recursive: true })).filter(
    (name) => /[.]ya?ml$/.test(name) && !name.endsWith('kustomization.yaml'),
  );
  for (const file of files) {
    const text = await readFile(join(manifests, file), 'utf8');
    await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(
      join(folder, file),
      text.replace(/\$\{([A-Z_]+)\}/g, (_, name: string) => valueOf(name)),
    );
  }
  return files.sort();
}

/** Both end with 1 on a finding; one that could not read its input prints nothing. */
function said({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): string {
  if (stdout.trim() === '') throw new Error(`a linter could not read the manifests: ${stderr.slice(-500)}`);
  return stdout;
}

function kindOf(object: Manifest | null): readonly { group: string; version: string; kind: string }[] {
  const [first = '', second] = object?.apiVersion?.split('/') ?? [];
  if (object?.kind === undefined) return [];
  return [{ group: second === undefined ? '' : first, version: second ?? first, kind: object.kind }];
}

void runCommandLine({ name: 'policy' }, main);
