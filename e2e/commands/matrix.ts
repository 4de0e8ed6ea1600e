/** `npm run e2e:matrix`: the same selection on every backend × family, one cluster each, merged into one table. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from '../harness/run/child-run.ts';
import { watchOutput } from '../harness/run/output.ts';
import { areas } from '../areas/index.ts';
import { clustersNow, removeClustersMade } from '../compose/clusters-made.ts';
import { namesOf } from './name-sets.ts';
import { cellsJson, matrixCells, matrixExitCode, type MatrixCell } from './matrix-cells.ts';
import { runCommandLine } from './run-command-line.ts';
import { shown } from '../harness/run/shown.ts';

const HELP = `npm run e2e:matrix -- --backends A,B --families ipv4,ipv6,dual [--out DIR] [--cells] [options of npm run e2e]

  --backends LIST   service proxies by name (see npm run e2e -- --list-subjects); a set of versions stands in braces and
                    quotes: 'kube-proxy-iptables@{1.31.0,1.34.0}'
  --families LIST   of ipv4, ipv6, dual (ipv4)
  --out DIR         where the cells and the merged report go (reports/matrix-<time>)
  --cells           print the cells as JSON for a CI system's own matrix, and run nothing
Everything else goes to each cell's run: --tags udp, --grep, --kpng-image, --setup, …
A broken cell does not stop the others. Exit code: 1 a verdict failed somewhere, 2 a cell could not be judged or run.
`;
const root = fileURLToPath(new URL('../..', import.meta.url));

interface Request {
  readonly cells: readonly MatrixCell[];
  readonly out: string;
  readonly print: boolean;
  readonly rest: readonly string[];
}

function parse(argv: readonly string[]): Request {
  const ours = new Map<string, string>();
  const rest: string[] = [];
  let print = false;
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    const [flag = '', inline] = word.split(/=(.*)/s);
    if (['--backends', '--families', '--out'].includes(flag)) ours.set(flag, inline ?? argv[++index] ?? '');
    else if (word === '--cells') print = true;
    else if (['-b', '--backend', '-i', '--ip-family', '--reports-folder'].includes(flag))
      throw new RangeError(`${flag} is set by the matrix itself; use --backends, --families, --out`);
    else rest.push(word);
  }
  const list = (flag: string, otherwise: string): readonly string[] => namesOf(ours.get(flag) ?? otherwise);
  const known = (areas.ground?.subjects ?? []).map(({ name }) => name);
  const cells = matrixCells(list('--backends', ''), list('--families', 'ipv4'), known);
  const stamp = new Date().toISOString().replace(/[-:]/g, '').slice(0, 15);
  return { cells, out: ours.get('--out') ?? join('reports', `matrix-${stamp}`), print, rest };
}

/** Runs one cell to its end. */
function runCell(cell: MatrixCell, request: Request): Promise<number> {
  const args = ['--import', 'tsx', 'e2e/cli.ts', '-b', cell.backend, '-i', cell.family, '--reuse'];
  if (cell.keep) args.push('--keep');
  args.push('--reports-folder', join(request.out, cell.name), ...request.rest);
  return runChild(args, { cwd: root });
}

async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(shown(HELP));
    return 0;
  }
  const request = parse(argv);
  const { cells, out } = request;
  if (request.print) {
    process.stdout.write(shown(`${cellsJson(cells, request.rest)}\n`));
    return 0;
  }
  // The cell that writes there notices and ends; what is made for all cells is still to be taken back.
  watchOutput(() => undefined);
  const codes: number[] = [];
  const before = await clustersNow(request.rest);
  for (const [index, cell] of cells.entries()) {
    process.stderr.write(shown(`\nmatrix cell ${index + 1}/${cells.length}: ${cell.backend} on ${cell.family}\n`));
    await mkdir(join(resolve(root, out), cell.name), { recursive: true });
    const code = await runCell(cell, request);
    codes.push(code);
    if (code > 128) break;
    if (code === 2 || code === 64)
      process.stderr.write(shown(`matrix cell ${cell.name} could not be judged (exit ${code}); going on\n`));
  }
  await removeClustersMade(resolve(root, out), before, request.rest);
  const { mergeRuns } = await import('../report/merge.ts');
  const { matrixOf } = await import('../report/matrix/matrix.ts');
  const { matrixMarkdown } = await import('../report/matrix/write-matrix.ts');
  const merged = await mergeRuns([resolve(root, out)], join(resolve(root, out), 'merged'));
  process.stdout.write(shown(`\n${matrixMarkdown(matrixOf(merged.report))}\n`));
  process.stdout.write(shown(`matrix: ${join(out, 'merged')}\n`));
  const { exitCodeOfReport } = await import('../report/report-data.ts');
  // A cell may end well and leave results that say otherwise, or none.
  return matrixExitCode([...codes, exitCodeOfReport(merged.report)]);
}

void runCommandLine({ name: 'matrix', isUsage: (error) => error instanceof RangeError, withStack: true }, () =>
  main(process.argv.slice(2)),
);
