/** `npm run conntrack -- watch|list|delete|shell`: the conntrack table of a node, for a person at a terminal. */
import { parseArgs } from 'node:util';
import { describeEntry } from '../harness/conntrack/conntrack-entry.ts';
import { parseConntrackTable } from '../harness/conntrack/conntrack-table.ts';
import { ENDING_SIGNALS, EXIT } from '../harness/run/exit-codes.ts';
import { watchOutput } from '../harness/run/output.ts';
import { sightingLine, watchRows, type Sighting } from './conntrack-watch.ts';
import { capture, chooseCluster, chooseNode, interactive, kindNodes, UsageError } from '../compose/kind-nodes.ts';
import { runCommandLine } from './run-command-line.ts';
import { shown } from '../harness/run/shown.ts';

const HELP = `npm run conntrack -- <command> [--cluster NAME] [--node worker] [filter]

  watch    rows that are there (=), as they are made (+) and destroyed (-), with who destroyed them (a program, or the kernel)
  list     rows as they are now
  delete   deletes the rows that match; needs a filter
  shell    a shell in the node's namespaces

  --cluster NAME         kind cluster (default: the only one that runs)
  --node NAME            worker, worker2, control-plane or a whole name (worker)
  --family ipv4|ipv6     (ipv4; watch shows both)
  --json                 one JSON object a line

Filter, by conntrack's own names, in the original direction:
  --proto udp|tcp        --orig-src IP         --orig-dst IP
  --orig-port-src PORT   --orig-port-dst PORT

example: npm run conntrack -- watch --node worker --proto udp --orig-port-src 12345
`;

const filterOptions = {
  proto: { type: 'string' },
  'orig-src': { type: 'string' },
  'orig-dst': { type: 'string' },
  'orig-port-src': { type: 'string' },
  'orig-port-dst': { type: 'string' },
} as const;

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ...filterOptions,
        cluster: { type: 'string' },
        node: { type: 'string', default: 'worker' },
        family: { type: 'string', default: 'ipv4' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

type Values = ReturnType<typeof parse>['values'];

function filterArgv(values: Values): string[] {
  const ports = values['orig-port-src'] !== undefined || values['orig-port-dst'] !== undefined;
  if (ports && values.proto === undefined) throw new UsageError('a port needs --proto udp or --proto tcp');
  const names = ['proto', 'orig-src', 'orig-dst', 'orig-port-src', 'orig-port-dst'] as const;
  return names.flatMap((name) => (values[name] === undefined ? [] : [`--${name}`, values[name]]));
}

async function watch(node: string, filter: readonly string[], json: boolean): Promise<number> {
  const stop = new AbortController();
  // Not once(): npm delivers one Ctrl-C twice, and the second must not end us beside a listener that still runs in the node.
  for (const signal of ENDING_SIGNALS) process.on(signal, () => stop.abort());
  let code: number = EXIT.asExpected;
  // `… watch | head -5`: the listener in the node would go on.
  watchOutput(({ readerLeft }) => {
    code = readerLeft ? EXIT.closedOutput : EXIT.infrastructure;
    stop.abort();
  });
  const show = (sighting: Sighting): void =>
    void process.stdout.write(shown(`${json ? JSON.stringify(sighting) : sightingLine(sighting)}\n`));
  await watchRows(node, filter, show, stop.signal);
  return code;
}

async function list(node: string, family: string, filter: readonly string[], json: boolean): Promise<number> {
  const argv = ['docker', 'exec', node, 'conntrack', '-L', '-f', family, '-o', 'extended,id', ...filter];
  const { code, stdout } = await capture(argv);
  const { entries, rejected } = parseConntrackTable(stdout);
  for (const entry of entries)
    process.stdout.write(
      shown(`${json ? JSON.stringify(entry) : `${describeEntry(entry)} (id ${entry.id ?? '?'})`}\n`),
    );
  for (const { error } of rejected) process.stderr.write(shown(`no row: ${error}\n`));
  return code;
}

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv);
  const [command] = positionals;
  if (values.help || command === undefined) {
    process.stdout.write(shown(HELP));
    return values.help ? 0 : 64;
  }
  if (!['watch', 'list', 'delete', 'shell'].includes(command))
    throw new UsageError(`unknown command "${command}"; allowed: watch, list, delete, shell`);
  if (!['ipv4', 'ipv6'].includes(values.family)) throw new UsageError(`--family ${values.family}: ipv4 or ipv6`);
  const filter = filterArgv(values);
  if (command === 'delete' && filter.length === 0) throw new UsageError('delete needs a filter; see --help');
  const clusters = await kindNodes();
  const cluster = chooseCluster(clusters, values.cluster);
  const node = chooseNode(clusters.get(cluster) ?? [], cluster, values.node);
  switch (command) {
    case 'watch':
      return watch(node, filter, values.json);
    case 'list':
      return list(node, values.family, filter, values.json);
    case 'delete': {
      // conntrack ends with 1 when nothing matched: for a person that is no failure.
      const code = await interactive(['docker', 'exec', node, 'conntrack', '-D', '-f', values.family, ...filter]);
      return code === 1 ? 0 : code;
    }
    default:
      return interactive(['docker', 'exec', process.stdin.isTTY ? '-it' : '-i', node, 'sh']);
  }
}

void runCommandLine({ name: 'conntrack', isUsage: (error) => error instanceof UsageError }, () =>
  main(process.argv.slice(2)),
);
