/**
 * `npm run bench -- check-rows`: what a look at the rows of one node costs, the kernel's dump included: 262,144 translated rows of 1,000
 * Services in a network namespace of its own, and the program as it is in the fixtures image. Needs root.
 */
import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFixtures, writeFiles } from '../../hack/images/bundle-fixtures.ts';
import { lineOf, type BenchLine } from './bench-line.ts';

const ROWS = 262_144;
const SERVICES = 1_000;
const ENDPOINTS = 10;
/** Every so many rows one Service has lost its first endpoint, so that there is something to find. */
const STALE_SERVICES = 3;
const ROUNDS = 3;
/** As the pod starts it: see e2e/check/rows-pod.ts. */
const NODE_FLAGS = ['--max-semi-space-size=2', '--max-old-space-size=48'];
/** Runs a command and tells the CPU of it and of all that it waited for, and the greatest memory of one of them. */
const measured = `import resource, subprocess, sys, json
done = subprocess.run(sys.argv[1:], stdin=sys.stdin, stdout=subprocess.PIPE)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"code": done.returncode, "cpu": used.ru_utime + used.ru_stime, "rss": used.ru_maxrss / 1024, "out": done.stdout.decode()}))`;

interface Measured {
  readonly code: number;
  readonly cpu: number;
  readonly rss: number;
  readonly out: string;
}

export async function bench(): Promise<readonly BenchLine[]> {
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-rows-'));
  const netns = `staleproof-rows-${process.pid}`;
  const inside = ['netns', 'exec', netns];
  const run = async (argv: readonly string[], input = ''): Promise<Measured> => {
    const { stdout } = await execa('ip', [...inside, 'python3', '-c', measured, ...argv], { input });
    return JSON.parse(stdout) as Measured;
  };
  await execa('ip', ['netns', 'add', netns]);
  try {
    await writeFiles(await bundleFixtures(), folder);
    const fill = fileURLToPath(new URL('fill-conntrack.py', import.meta.url));
    await execa('ip', [...inside, 'python3', fill, String(ROWS), String(SERVICES)]);
    const text = JSON.stringify({ state: state(), betweenMs: 1_000 });
    const looks: Measured[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      looks.push(await run([process.execPath, ...NODE_FLAGS, join(folder, 'app/conntrack-look.mjs')], text));
    const alone = `exec python3 -S -E ${join(folder, 'app/conntrack-look/dump.py')} > /dev/null`;
    const dump = await run(['sh', '-c', alone]);
    const answers = looks.map(
      ({ out }) => JSON.parse(out) as { rows: number; looks: number; stale: unknown[]; untold: number },
    );
    const [first] = answers;
    const found = (first?.stale.length ?? 0) + (first?.untold ?? 0);
    const expected = Math.ceil(ROWS / SERVICES) * STALE_SERVICES;
    return [
      { what: 'rows in the table', value: first?.rows ?? 0, unit: 'rows', bar: ROWS },
      { what: 'stale rows found, of those made', value: found / expected, unit: '', bar: 0.99 },
      { what: 'looks at the table', value: first?.looks ?? 0, unit: 'looks' },
      lineOf(
        'CPU of both looks, all processes',
        looks.map(({ cpu }) => cpu),
        's',
        { bar: 2 },
      ),
      lineOf(
        'memory of both processes at their greatest',
        looks.map(({ rss }) => rss + dump.rss),
        'MiB',
        { bar: 96 },
      ),
    ];
  } finally {
    await execa('ip', ['netns', 'delete', netns], { reject: false });
    await rm(folder, { recursive: true, force: true });
  }
}

function state() {
  const backend = (index: number): string => `10.244.${1 + (index >> 8)}.${index & 255}`;
  const ports = Array.from({ length: SERVICES }, (_, index) => ({
    ...{
      service: `shop/s-${index}`,
      protocol: 'UDP',
      port: 53,
      nodePort: 0,
      externalLocal: false,
      internalLocal: false,
    },
    frontends: [{ kind: 'cluster-ip', ip: `10.96.${1 + (index >> 8)}.${index & 255}` }],
    endpoints: Array.from({ length: ENDPOINTS }, (__, each) => ({
      ip: each === 0 && index >= STALE_SERVICES ? backend(index) : `10.244.${100 + each}.${index & 255}`,
      ...{ port: 8080, node: 'worker', usable: true },
    })),
  }));
  const pods = Array.from({ length: 10_000 }, (_, index) => ({
    ...{ pod: `shop/p-${index}`, ip: `10.244.${100 + (index >> 8)}.${index & 255}`, startedMs: 0 },
  }));
  const ranges = { serviceRanges: ['10.96.0.0/16'], podRanges: ['10.244.0.0/16'] };
  return { node: 'worker', nodeAddresses: [], ports, pods, hostPorts: [], ...ranges };
}
