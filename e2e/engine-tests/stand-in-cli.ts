/**
 * The engine with a cluster and subjects that are made of nothing, for its own tests. What goes wrong is chosen by
 * STAND_IN: `set-up-fails`, `set-up-waits`, `close-fails`, `secret`; `tells-in-set-up` and `tells` say what stands in the file
 * TELL wherever an environment can say something. With --kubeconfig its server is asked before anything else.
 */
import { readFileSync } from 'node:fs';
import { areas } from '../areas/index.ts';
import { chooseSubjects } from '../compose/choose-subjects.ts';
import { emptyEnvironment } from '../compose/empty-environment.ts';
import { skipReason } from '../compose/skip-reasons.ts';
import { composition } from '../compose/composition.ts';
import { keepKubeconfigSecrets } from '../harness/run/kubeconfig-secrets.ts';
import { connect } from '../harness/cluster/kube/connection.ts';
import { KubeClient } from '../harness/cluster/kube/kube-client.ts';
import type { Composition } from '../harness/run/composition.ts';
import type { Options } from '../harness/run/options/schema.ts';
import { runCommand } from '../harness/run/run-command.ts';
import { InfrastructureError } from '../harness/run/verdict-errors.ts';
import type { KnownDefect } from '../harness/run/match-defect.ts';
import type { Subject, SubjectEntry } from '../harness/subject/subject.ts';

const mode = process.env.STAND_IN ?? '';
const told = mode.startsWith('tells') ? (JSON.parse(readFileSync(process.env.TELL ?? '', 'utf8')) as string[]) : [];

/** As every run on a cluster that exists: what the server answers to the first question ends the set-up. */
async function askServer({ kubeconfig, insecureHttp }: Options): Promise<void> {
  const connection = await connect({ kubeconfig, insecureHttp });
  try {
    await new KubeClient(connection, { labels: {} }).list('v1', 'Namespace');
  } finally {
    connection.close();
  }
}

function standIn(name: string, kind: SubjectEntry['kind'], caughtBy: readonly string[] = []): SubjectEntry {
  const subject: Subject = {
    name,
    kind,
    preflight: () => Promise.resolve([]),
    install: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    capabilities: () => Promise.resolve(['ipv6']),
    info: () =>
      Promise.resolve({
        ...{ name, kind, product: name.replace(/[@+].*/, ''), version: /@(.+)/.exec(name)?.[1] ?? '1.0.0' },
        ...{ versions: { [name]: '1' }, remarks: ['a stand-in made of nothing', ...told] },
      }),
    logs: () => Promise.resolve({}),
  };
  return { name, kind, summary: `stand-in for a ${kind}`, caughtBy, load: () => Promise.resolve(subject) };
}

const subjects: readonly SubjectEntry[] = [
  standIn('stand-in', 'service-proxy'),
  standIn('stand-in+broken', 'service-proxy', ['udp/judged']),
  standIn('stand-in@2.0.0', 'service-proxy'),
  standIn('client-a', 'api-client'),
  standIn('client-b', 'api-client'),
];

const kinds = areas.kinds.map((one) => ({ ...one, subjects: subjects.filter(({ kind }) => kind === one.kind) }));

const measured = { bad: ['1.0.0'], good: [] };
const common = { product: 'stand-in', modes: [], variants: [], versions: '>=1.0.0 <2.0.0', measured } as const;
const signature = { judgement: 'answered-by', outcome: 'other-server', facts: { path: 'direct' } } as const;

const defectTables: readonly KnownDefect[] = [
  {
    ...common,
    id: 'STANDIN-1',
    families: ['ipv4', 'ipv6', 'dual'],
    cells: ['udp/known-to-fail', 'udp/known-to-fail-otherwise', 'udp/known-to-fail-and-leaves'].map((spec) => ({
      spec,
      signature,
    })),
    reason: 'rows are kept',
    link: 'https://example.org/1',
    fixed: '2.0.0',
  },
  {
    ...common,
    id: 'STANDIN-2',
    families: ['ipv4'],
    cells: [{ spec: 'udp/known-but-passes', signature }],
    reason: 'was slow',
    link: 'https://example.org/2',
  },
];

const standInComposition: Composition = {
  ...composition,
  defectTables: () => Promise.resolve(defectTables),
  subjects,
  choose: (options, specs) =>
    new Promise((resolve) => {
      resolve(chooseSubjects(options, specs, kinds));
    }),
  makeEnvironment: (options) => async (request) => {
    if (mode === 'set-up-fails') throw new InfrastructureError('the cluster did not come up: node worker is NotReady');
    if (mode === 'set-up-waits') {
      request.log('creating a cluster that never comes up');
      const alive = setInterval(() => undefined, 1000);
      await new Promise((_, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason as Error));
      }).finally(() => clearInterval(alive));
    }
    if (options.kubeconfig !== undefined) await askServer(options);
    for (const line of told) request.log(line);
    for (const line of told.slice(0, 3)) request.note('warning', line);
    if (mode === 'tells-in-set-up')
      throw new InfrastructureError(told.join('\n'), { cause: new Error(told.join(' ')) });
    if (mode === 'secret') keepKubeconfigSecrets('token: "planted-token-0123456789"\n');
    const empty = emptyEnvironment(options);
    const choice = chooseSubjects(options, request.specs, kinds);
    const loaded = await Promise.all(choice.entries.map((entry) => entry.load()));
    return {
      ...empty,
      env: {
        get cluster() {
          return empty.env.cluster;
        },
        options,
        slowFactor: options.slowFactor ?? 1,
        fixturesImage: '',
        subject: (kind) => loaded.find((subject) => subject.kind === kind) ?? empty.env.subject(kind),
        subjects: (kind) => loaded.filter((subject) => subject.kind === kind),
      },
      facts: { provider: 'stand-in', ...(told.length === 0 ? {} : { told: told.join(' ') }) },
      subjects: await Promise.all(loaded.map(async (subject) => subject.info(undefined as never))),
      skipReason: (meta) =>
        skipReason(meta, {
          provider: 'existing',
          familyMode: options.ipFamily ?? 'ipv4',
          workers: 1,
          capabilities: { 'service-proxy': ['ipv6'] },
          missingKernel: { ipvs: 'no module ip_vs' },
          judgedOnNodes: [],
        }),
      collectors: (t) => [{ title: 'nodes', run: async () => t.attach('nodes.txt', 'worker Ready') }],
      close: () => {
        if (told.length > 0) return Promise.reject(new InfrastructureError(told.join('\n')));
        return mode === 'close-fails'
          ? Promise.reject(new InfrastructureError('namespace x is stuck in Terminating'))
          : Promise.resolve();
      },
    };
  },
};

process.exitCode = await runCommand(process.argv.slice(2), standInComposition);
