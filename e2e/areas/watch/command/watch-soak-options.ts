/** What `npm run watch -- soak` is asked for. */
import { parseArgs } from 'node:util';
import { UsageError } from '../../../harness/run/usage-error.ts';

export const watchUsage = `usage: npm run watch -- soak [--hours 24] [--interval 600] [--deadline 10] [--client NAME]… [--path public|private|both]
                             [--kubeconfig FILE] [--context NAME] [--image REF] [--report FILE]
Updates a ConfigMap every --interval seconds; a watch has --deadline seconds to deliver it. Only observes: no fault is made.
  --client   client-node (default), client-go, python-client; repeatable
  --path     public: from this machine, through what stands before the API server; private: from a pod, through the Service
  --image    image with the programs for the private path (default: built, and loaded into a kind cluster)
       npm run watch -- matrix [FOLDER]
Prints client × profile of a run of the watch area (default: reports/latest).
       npm run watch -- image
Makes the image with apiserver-watcher and its twins in Go and Python, and prints its name.
       npm run watch -- compare FOLDER FOLDER
Sets two runs beside each other, cell by cell: exit code 0 the same verdicts and every cell decided, 1 different, 2 a cell is open.
The run itself: npm run e2e -- --tags watch`;

const clients = ['client-node', 'client-go', 'python-client'] as const;
export type SoakClient = (typeof clients)[number];
export type SoakPath = 'public' | 'private';

export interface SoakOptions {
  readonly hours: number;
  readonly intervalSeconds: number;
  readonly deadlineSeconds: number;
  readonly clients: readonly SoakClient[];
  readonly paths: readonly SoakPath[];
  readonly kubeconfig?: string | undefined;
  readonly insecureHttp?: boolean | undefined;
  readonly context?: string | undefined;
  readonly image?: string | undefined;
  readonly report?: string | undefined;
}

/** Throws UsageError, one line. */
export function readSoakOptions(argv: readonly string[]): SoakOptions {
  const values = parse(argv);
  const number = (name: 'hours' | 'interval' | 'deadline', fallback: number, most: number): number => {
    const value = Number(values[name] ?? fallback);
    if (Number.isFinite(value) && value > 0 && value <= most) return value;
    throw new UsageError(`--${name} ${values[name] ?? ''}: a number above 0, at most ${most}`);
  };
  const chosen = (values.client ?? ['client-node']).map((name) => {
    const client = clients.find((known) => known === name);
    if (client === undefined) throw new UsageError(`--client ${name}: allowed are ${clients.join(', ')}`);
    return client;
  });
  const path = values.path ?? 'both';
  if (path !== 'both' && path !== 'public' && path !== 'private')
    throw new UsageError(`--path ${path}: allowed are public, private, both`);
  const options: SoakOptions = {
    hours: number('hours', 24, 24 * 30),
    intervalSeconds: number('interval', 600, 86_400),
    deadlineSeconds: number('deadline', 10, 3600),
    clients: [...new Set(chosen)],
    paths: path === 'both' ? ['public', 'private'] : [path],
    kubeconfig: values.kubeconfig,
    insecureHttp: values['insecure-http'],
    context: values.context,
    image: values.image,
    report: values.report,
  };
  if (options.hours * 3600 < options.intervalSeconds)
    throw new UsageError(
      `--hours ${options.hours} ends before the first --interval ${options.intervalSeconds} is over`,
    );
  return options;
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        hours: text,
        interval: text,
        deadline: text,
        client: { type: 'string', multiple: true },
        path: text,
        kubeconfig: text,
        'insecure-http': { type: 'boolean' },
        context: text,
        image: text,
        report: text,
      },
    });
    if (positionals.length !== 1 || positionals[0] !== 'soak')
      throw new UsageError(`${positionals.join(' ') || 'nothing'}: the one thing to run is soak`);
    return values;
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
}
