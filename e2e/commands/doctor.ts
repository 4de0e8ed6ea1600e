/** `npm run doctor`: what this machine, or an existing cluster, has and lacks. Changes nothing unless --setup is given. */
import { parseArgs } from 'node:util';
import { areas } from '../areas/index.ts';
import type { AreaForecast } from '../compose/doctor-specs.ts';
import type { Row, Surroundings } from '../../hack/doctor/check.ts';
import { examine, missingRows } from '../../hack/doctor/diagnose.ts';
import { doctorTable, verdictLine } from '../../hack/doctor/table.ts';
import { EXIT } from '../harness/run/exit-codes.ts';
import { runCommandLine } from './run-command-line.ts';
import { UsageError } from '../harness/run/usage-error.ts';
import { shown } from '../harness/run/shown.ts';

const usage = `npm run doctor -- [options]

  --context NAME     look at an existing cluster: what the suite may do there, verb by verb, and which specs it would skip
  --kubeconfig FILE  its kubeconfig (default: $KUBECONFIG, ~/.kube/config)
  --insecure-http    let the login of a kubeconfig go over plain HTTP
  --images-from REGISTRY, --fixtures-image IMAGE   as a run would be told; looked for on its nodes
  --setup            do what is missing (Debian and Ubuntu as root), and make both images
  --guard            the leak guard is wanted although a registry answers
  --json             the rows as JSON

Exit code: 0 ready, 2 something is missing, 64 wrong usage.`;

const options = {
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  'insecure-http': { type: 'boolean' },
  'images-from': { type: 'string' },
  'fixtures-image': { type: 'string' },
  setup: { type: 'boolean' },
  guard: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

await runCommandLine({ name: 'doctor', isUsage: (error) => error instanceof UsageError, withStack: true }, () =>
  doctor(process.argv.slice(2)),
);

async function doctor(argv: readonly string[]): Promise<number> {
  const given = read(argv);
  if (given === undefined) return EXIT.usage;
  if (given.help === true) {
    process.stdout.write(shown(`${usage}\n`));
    return EXIT.asExpected;
  }
  const log = (line: string): void => void process.stderr.write(shown(`${line}\n`));
  let seen = await look(given);
  let { rows } = seen;
  if (given.setup === true) {
    const { setUpMachine } = await import('../compose/machine-set-up.ts');
    for (const line of await setUpMachine(seen, given, log)) log(`by hand: ${line}`);
    seen = await look(given);
    rows = seen.rows;
  }
  const { specs } = seen;
  if (given.json === true)
    process.stdout.write(shown(`${JSON.stringify({ ready: missingRows(rows).length === 0, rows, specs }, null, 2)}\n`));
  else {
    process.stdout.write(shown(`${doctorTable(rows)}\n\n${verdictLine(rows)}\n`));
    if (specs !== undefined) {
      const { forecastText } = await import('../compose/doctor-specs.ts');
      process.stdout.write(shown(`\n${forecastText(specs)}\n`));
    }
  }
  return missingRows(rows).length === 0 ? EXIT.asExpected : EXIT.infrastructure;
}

function read(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    process.stderr.write(shown(`staleproof: ${(error as Error).message}\n\n${usage}\n`));
    return undefined;
  }
}

interface Seen {
  readonly rows: readonly Row[];
  readonly around: Surroundings;
  /** Of an existing cluster that answers. */
  readonly specs?: readonly AreaForecast[];
}

async function look(given: NonNullable<ReturnType<typeof read>>): Promise<Seen> {
  const { context, guard } = given;
  const { rows, around } = await examine({
    provider: context === undefined ? 'kind' : 'existing',
    guard,
    uses: areas.machine,
  });
  if (context === undefined) return { rows, around };
  try {
    const { connect } = await import('../harness/cluster/kube/connection.ts');
    const { KubeClient } = await import('../harness/cluster/kube/kube-client.ts');
    const { lookAtCluster } = await import('../compose/doctor-cluster.ts');
    const { forecast } = await import('../compose/doctor-specs.ts');
    const signal = AbortSignal.timeout(60_000);
    const connection = await connect({ kubeconfig: given.kubeconfig, context, insecureHttp: given['insecure-http'] });
    try {
      const api = new KubeClient(connection, { labels: {} });
      const seen = await lookAtCluster(api, context, await imageOf(given), signal);
      return { around, rows: [...rows, ...seen.rows], specs: await forecast(seen, signal) };
    } finally {
      connection.close();
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // What is wrong with the context or the cluster is a row like any other.
    const found = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    const remedy = `kubectl --context ${context} version has to work first`;
    const row = { what: `context ${context}`, state: 'missing', found, neededBy: 'all areas', remedy } as const;
    return { around, rows: [...rows, row] };
  }
}

async function imageOf(given: NonNullable<ReturnType<typeof read>>): Promise<string | undefined> {
  if (given['fixtures-image'] !== undefined) return given['fixtures-image'];
  const { fixturesImageName } = await import('../../hack/images/fixtures-image.ts');
  const name = await fixturesImageName();
  const { inRegistry } = await import('../../hack/images/registry.ts');
  return given['images-from'] === undefined ? name : inRegistry(given['images-from'], name);
}
