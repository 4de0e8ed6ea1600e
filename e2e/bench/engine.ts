/** `npm run bench engine`: the engine against plain mocha on the same machine in the same run, in turns. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { lineOf, median, type BenchLine } from './bench-line.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** At exit the child says on stderr what it took: CPU time is what a busy machine cannot inflate much. */
const meter = `data:text/javascript,${encodeURIComponent(
  "import { writeSync } from 'node:fs'; process.on('exit', () => { const u = process.resourceUsage(); writeSync(2, `\\nMETER ${u.maxRSS} ${u.userCPUTime + u.systemCPUTime}\\n`); });",
)}`;

interface Measured {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly rssMiB: number;
}
type Case = () => Promise<Measured>;

export async function bench(args: readonly string[]): Promise<readonly BenchLine[]> {
  const rounds = Number(args[0] ?? 5);
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-bench-'));
  const many = ['--specs', 'e2e/engine-tests/fixtures/many.spec.ts'];
  const engine =
    (argv: readonly string[], env: Record<string, string> = {}): Case =>
    () =>
      measure(['e2e/cli.ts', ...argv, '--reports-folder', folder, '--reporter', 'none'], env);
  const mocha =
    (argv: readonly string[], env: Record<string, string>): Case =>
    () =>
      measure(
        [
          'node_modules/mocha/bin/mocha.js',
          '--no-config',
          '--timeout',
          '0',
          ...argv,
          'e2e/bench/engine-plain-mocha.ts',
        ],
        env,
      );
  const cases = {
    list: engine(['--list']),
    one: engine(many, { MANY: '1' }),
    mochaOne: mocha([], { MANY: '1' }),
    thousands: engine(many, { MANY: '5000' }),
    mochaThousands: mocha([], { MANY: '5000' }),
    together: engine([...many, '--jobs', '20'], { MANY: '20', MANY_MS: '1000', MANY_LINES: '2000' }),
    mochaTogether: mocha([], { MANY: '20' }),
    select: engine([...many, '--list', 'json', '--tags', 'udp && !slow', '--skip', 'many-4'], { MANY: '5000' }),
    mochaSelect: mocha(['--dry-run', '--reporter', 'min', '--grep', '\\[slow\\]', '--invert'], { MANY: '5000' }),
  };
  try {
    return linesOf(await inTurns(cases, rounds));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every case once a round, so that all meet the same noise; the first round only warms caches. */
async function inTurns<K extends string>(cases: Record<K, Case>, rounds: number): Promise<Record<K, Measured[]>> {
  const names = Object.keys(cases) as K[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as Measured[]])) as Record<K, Measured[]>;
  for (let round = 0; round <= rounds; round++)
    for (const name of names) {
      const measured = await cases[name]();
      if (round > 0) samples[name].push(measured);
    }
  return samples;
}

async function measure(argv: readonly string[], env: Record<string, string>): Promise<Measured> {
  const result = await execa(process.execPath, ['--import', meter, '--import', 'tsx', ...argv], {
    cwd: root,
    reject: false,
    stdin: 'ignore',
    env,
    maxBuffer: 64 * 2 ** 20,
  });
  const [, rss, cpu] = /METER (\d+) (\d+)/.exec(result.stderr) ?? [];
  if (result.exitCode !== 0 || rss === undefined)
    throw new Error(`${argv.join(' ')} ended with ${String(result.exitCode)}: ${result.stderr.slice(-500)}`);
  return { wallMs: result.durationMs, cpuMs: Number(cpu) / 1000, rssMiB: Number(rss) / 1024 };
}

function linesOf(samples: Record<string, Measured[]>): BenchLine[] {
  const of = (name: string, key: keyof Measured): number[] => (samples[name] ?? []).map((measured) => measured[key]);
  const times = (what: string, ours: string, theirs?: string, bar?: number): BenchLine[] => [
    lineOf(`${what}, wall`, of(ours, 'wallMs'), 'ms', bar === undefined ? {} : { bar }),
    lineOf(`${what}, CPU`, of(ours, 'cpuMs'), 'ms', theirs === undefined ? {} : { peer: `plain mocha: ${what}, CPU` }),
    ...(theirs === undefined
      ? []
      : [
          lineOf(`plain mocha: ${what}, wall`, of(theirs, 'wallMs'), 'ms'),
          lineOf(`plain mocha: ${what}, CPU`, of(theirs, 'cpuMs'), 'ms'),
        ]),
  ];
  /** Wall time per spec, without what starting costs. */
  const each = (all: string, one: string): number[] => {
    const start = median(of(one, 'wallMs'));
    return of(all, 'wallMs').map((wall) => (wall - start) / 4999);
  };
  return [
    ...times('--list of the whole suite', 'list', undefined, 1000),
    ...times('one empty spec, start to end', 'one', 'mochaOne'),
    ...times('5,000 empty specs', 'thousands', 'mochaThousands'),
    lineOf('an empty spec, each of 5,000', each('thousands', 'one'), 'ms', { bar: 300 }),
    lineOf('plain mocha: an empty test, each of 5,000', each('mochaThousands', 'mochaOne'), 'ms'),
    ...times('selecting from 5,000 by tags', 'select', 'mochaSelect'),
    lineOf('memory, 20 concurrent specs with 2,000 log lines each', of('together', 'rssMiB'), 'MiB', {
      bar: 300,
      peer: 'plain mocha: memory, 20 empty tests',
    }),
    lineOf('plain mocha: memory, 20 empty tests', of('mochaTogether', 'rssMiB'), 'MiB'),
    lineOf('memory, 5,000 specs', of('thousands', 'rssMiB'), 'MiB', { peer: 'plain mocha: memory, 5,000 tests' }),
    lineOf('plain mocha: memory, 5,000 tests', of('mochaThousands', 'rssMiB'), 'MiB'),
  ];
}
