/** `npm run check`: which measured defects a live cluster has. Reads its API and changes nothing. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Connection } from '../harness/cluster/kube/connection.ts';
import { ENDING_SIGNALS, EXIT } from '../harness/run/exit-codes.ts';
import { shown } from '../harness/run/shown.ts';
import { UsageError } from '../harness/run/usage-error.ts';
import { type CheckResult, EXIT_OF_VERDICT } from '../check/result.ts';
import type { ClusterState } from '../check/rows/cluster-state.ts';
import { isParseArgsError, runCommandLine } from './run-command-line.ts';

const usage = `npm run check -- [options]

  Looks at a live cluster and says which measured defects its proxies and agents have. It lists nodes, pods and Services, and
  reads the ConfigMaps of proxies: never a Secret, never a write.

  --context NAME      of the kubeconfig (default: its current one; inside a cluster the pod's own account)
  --kubeconfig FILE   (default: $KUBECONFIG, ~/.kube/config)
  --insecure-http     let the login of a kubeconfig go over plain HTTP
  --data FILE         newer compatibility data than the copy in the package (compat.json)
  --output FORMAT     table, json, junit or markdown (table)
  --out FILE          write it there instead of to the terminal
  --anonymise         no names and no addresses in what is written
  --timeout SECONDS   what was not read by then is said (60)
  --rows              also the rows of conntrack tables that are stale right now. Makes one pod a node with NET_ADMIN, in a namespace of
                      its own that is removed; lists Services, EndpointSlices, nodes and pods once, and again when rows looked stale
    --node NAME       of this node only (repeatable)
    --max-nodes N     of so many nodes at most (20)
    --wave N          nodes at a time (20)
    --image REF       image of the in-pod programs (default: the one built here)
    --dry-run         print what it would make, and make nothing
    --print-fix       print what would delete each stale row, and run nothing
  --rbac              print the least roles that it needs, with --rows for that too, and look at nothing

Exit code: 0 nothing found, 1 a known defect or a failed claim, 2 something could not be looked at, or nobody measured it;
64 wrong usage.`;

const formats = ['table', 'json', 'junit', 'markdown'] as const;

function parse(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      context: { type: 'string' },
      kubeconfig: { type: 'string' },
      'insecure-http': { type: 'boolean', default: false },
      data: { type: 'string' },
      output: { type: 'string', default: 'table' },
      out: { type: 'string' },
      anonymise: { type: 'boolean', default: false },
      timeout: { type: 'string', default: '60' },
      rows: { type: 'boolean', default: false },
      node: { type: 'string', multiple: true, default: [] },
      'max-nodes': { type: 'string', default: '20' },
      wave: { type: 'string', default: '20' },
      image: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      'print-fix': { type: 'boolean', default: false },
      rbac: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const output = formats.find((one) => one === values.output);
  if (output === undefined) throw new UsageError(`--output ${values.output}: one of ${formats.join(', ')}`);
  const seconds = Number(values.timeout);
  if (!/^\d+$/.test(values.timeout) || seconds < 1 || seconds > 3600)
    throw new UsageError(`--timeout ${values.timeout}: whole seconds from 1 to 3600`);
  const wholeNumber = (name: string, text: string): number => {
    if (!/^[1-9]\d{0,4}$/.test(text)) throw new UsageError(`--${name} ${text}: a whole number from 1`);
    return Number(text);
  };
  const given = { maxNodes: wholeNumber('max-nodes', values['max-nodes']), waveSize: wholeNumber('wave', values.wave) };
  return { ...values, ...given, output, timeoutMs: seconds * 1000 };
}
type Given = ReturnType<typeof parse>;

async function main(argv: readonly string[]): Promise<number> {
  const given = parse(argv);
  if (given.help) return say(usage);
  if (given.rbac) {
    const { rolesYaml } = await import('../check/rbac.ts');
    const { areas } = await import('../areas/index.ts');
    return say(rolesYaml(areas, given.rows).trimEnd());
  }
  if (given.rows && given['dry-run']) return say(await dryRun(given));
  const result = await look(given);
  const written = given.anonymise ? (await import('../check/anonymise-result.ts')).anonymiseResult(result) : result;
  const text = await textOf(written, given.output, given['print-fix']);
  if (given.out === undefined) process.stdout.write(shown(text));
  else await writeFile(given.out, shown(text));
  return EXIT_OF_VERDICT[result.verdict];
}

function say(text: string): number {
  process.stdout.write(shown(`${text}\n`));
  return EXIT.asExpected;
}

async function look(given: Given): Promise<CheckResult> {
  const { composition } = await import('../compose/composition.ts');
  const { compatData } = await import('../check/packaged-data.ts');
  const { connect } = await import('../harness/cluster/kube/connection.ts');
  const { look: lookAt } = await import('../check/look.ts');
  const data = await compatData(given.data, () => composition.defectTables());
  const { kubeconfig, context, timeoutMs } = given;
  const connection = await connect({ kubeconfig, context, insecureHttp: given['insecure-http'] });
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const state = given.rows ? new (await import('../check/rows/cluster-state.ts')).ClusterState() : undefined;
    const result = await lookAt(connection, { areas: composition.areas, data, signal, state });
    return state === undefined ? result : await withRows(result, connection, given, state);
  } finally {
    connection.close();
  }
}

async function imageOf({ image }: Given): Promise<string> {
  return image ?? (await import('../../hack/images/fixtures-image.ts')).fixturesImageName();
}

async function dryRun(given: Given): Promise<string> {
  const { dump } = await import('js-yaml');
  const { rowsNamespace, rowsPod } = await import('../check/rows/row-pods.ts');
  const nodes = given.node.length > 0 ? given.node : ['NODE'];
  const image = await imageOf(given);
  const pods = nodes.map((node, index) => rowsPod('staleproof-rows', node, index, image));
  return [rowsNamespace('staleproof-rows'), ...pods].map((one) => dump(one, { noRefs: true })).join('---\n');
}

async function withRows(
  result: CheckResult,
  connection: Connection,
  given: Given,
  state: ClusterState,
): Promise<CheckResult> {
  const { rowsOf } = await import('../check/rows/rows-of-cluster.ts');
  const stop = new AbortController();
  // Not once(): npm delivers one Ctrl-C twice, and the second must not end us before the namespace is removed.
  for (const signal of ENDING_SIGNALS) process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  return rowsOf(result, connection, {
    state,
    image: await imageOf(given),
    ...{ nodes: given.node, maxNodes: given.maxNodes, wave: given.waveSize, betweenMs: 10_000, signal: stop.signal },
  });
}

async function textOf(result: CheckResult, output: Given['output'], fix: boolean): Promise<string> {
  if (output === 'json') return `${JSON.stringify(result, null, 2)}\n`;
  if (output === 'junit') return (await import('../check/result-junit.ts')).resultJunit(result);
  const { markdownText, tableText } = await import('../check/result-text.ts');
  return output === 'markdown' ? markdownText(result, fix) : tableText(result, fix);
}

const isUsage = (error: unknown): boolean => error instanceof UsageError || isParseArgsError(error);
void runCommandLine({ name: 'check', isUsage }, () => main(process.argv.slice(2)));
