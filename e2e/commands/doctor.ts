/** `npm run doctor`: what this machine, or an existing cluster, has and lacks. Changes nothing unless --setup is given. */
import { parseArgs } from 'node:util';
import type { Row } from '../../hack/doctor/check.ts';
import { diagnose, missingRows, repairableRows } from '../../hack/doctor/diagnose.ts';
import { doctorTable, verdictLine } from '../../hack/doctor/table.ts';
import { EXIT } from '../harness/run/exit-codes.ts';

const usage = `npm run doctor -- [options]

  --context NAME     look at an existing cluster: what the suite may do there
  --kubeconfig FILE  its kubeconfig (default: $KUBECONFIG, ~/.kube/config)
  --setup            do what is missing (Debian and Ubuntu as root), and make both images
  --guard            the leak guard is wanted although a registry answers
  --json             the rows as JSON

Exit code: 0 ready, 2 something is missing, 64 wrong usage.`;

const options = {
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  setup: { type: 'boolean' },
  guard: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

process.exitCode = await doctor(process.argv.slice(2));

async function doctor(argv: readonly string[]): Promise<number> {
  const given = read(argv);
  if (given === undefined) return EXIT.usage;
  if (given.help === true) {
    console.log(usage);
    return EXIT.asExpected;
  }
  const log = (line: string): void => console.error(line);
  let rows = await look(given);
  if (given.setup === true) {
    const { setUp } = await import('../../hack/set-up.ts');
    for (const line of await setUp(repairableRows(rows), { log })) log(`by hand: ${line}`);
    rows = await look(given);
    if (missingRows(rows).length === 0 && given.context === undefined) {
      const { ensureNodeImage } = await import('../../hack/images/node-image.ts');
      const { ensureFixturesImage } = await import('../../hack/images/fixtures-image.ts');
      log(`node image ${(await ensureNodeImage({ log })).image}`);
      log(`fixtures image ${await ensureFixturesImage({ log })}`);
      rows = await look(given);
    }
  }
  if (given.json === true) console.log(JSON.stringify({ ready: missingRows(rows).length === 0, rows }, null, 2));
  else console.log(`${doctorTable(rows)}\n\n${verdictLine(rows)}`);
  return missingRows(rows).length === 0 ? EXIT.asExpected : EXIT.infrastructure;
}

function read(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    console.error(`staleproof: ${(error as Error).message}\n\n${usage}`);
    return undefined;
  }
}

async function look(given: { context?: string; kubeconfig?: string; guard?: boolean }): Promise<readonly Row[]> {
  const provider = given.context === undefined ? 'kind' : 'existing';
  const rows = await diagnose({ provider, guard: given.guard });
  if (given.context === undefined) return rows;
  const { clusterRows } = await import('../../hack/doctor/cluster-checks.ts');
  return [...rows, ...(await clusterRows(given.context, given.kubeconfig))];
}
