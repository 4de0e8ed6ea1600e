/** `npm run conntrack -- watch|list|delete|shell`: the conntrack table of a node, for a person at a terminal. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseArgs, styleText } from 'node:util';
import { describeEntry, isRejected } from '../harness/evidence/conntrack-entry.ts';
import { parseConntrackEvent } from '../harness/evidence/conntrack-event.ts';
import { parseConntrackTable } from '../harness/evidence/conntrack-table.ts';
import { capture, chooseCluster, chooseNode, interactive, kindNodes, UsageError } from './kind-nodes.ts';

const HELP = `npm run conntrack -- <command> [--cluster NAME] [--node worker] [filter]

  watch    rows as they are made and destroyed, with who destroyed them (a program, or the kernel)
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
  const argv = ['exec', node, 'conntrack', '-E', '-e', 'NEW,DESTROY', '-o', 'timestamp,id,extended', ...filter];
  const child = spawn('docker', argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('SIGINT', () => child.kill('SIGINT'));
  for await (const line of createInterface({ input: child.stdout })) {
    const event = parseConntrackEvent(line);
    if (isRejected(event)) process.stdout.write(`${line}\n`);
    else if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
    else {
      const time = new Date(event.wallMs).toISOString().slice(11, 23);
      const by = event.kind === 'new' ? '' : event.userspace === undefined ? ', by the kernel' : ', by a program';
      const word = styleText(event.kind === 'new' ? 'green' : 'red', event.kind === 'new' ? '+' : '-');
      process.stdout.write(`${time} ${word} ${describeEntry(event.entry)}${by} (id ${event.entry.id ?? '?'})\n`);
    }
  }
  return 0;
}

async function list(node: string, family: string, filter: readonly string[], json: boolean): Promise<number> {
  const argv = ['docker', 'exec', node, 'conntrack', '-L', '-f', family, '-o', 'extended,id', ...filter];
  const { code, stdout } = await capture(argv);
  const { entries, rejected } = parseConntrackTable(stdout);
  for (const entry of entries)
    process.stdout.write(`${json ? JSON.stringify(entry) : `${describeEntry(entry)} (id ${entry.id ?? '?'})`}\n`);
  for (const line of rejected) process.stderr.write(`no row: ${line}\n`);
  return code;
}

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv);
  const [command] = positionals;
  if (values.help || command === undefined) {
    process.stdout.write(HELP);
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

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`staleproof conntrack: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof UsageError ? 64 : 2;
  },
);
