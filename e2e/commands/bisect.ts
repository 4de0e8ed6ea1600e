/** `npm run bisect`: which release brought or mended a failure, by halves over a product's catalogue on one kept cluster. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import semver from 'semver';
import { areas } from '../areas/index.ts';
import { clustersNow, removeClustersMade } from '../compose/clusters-made.ts';
import { runChild } from '../harness/run/child-run.ts';
import { EXIT } from '../harness/run/exit-codes.ts';
import { closest } from '../harness/run/options/closest.ts';
import { watchOutput } from '../harness/run/output.ts';
import { shown } from '../harness/run/shown.ts';
import { formatDuration } from '../../hack/process/steps.ts';
import { bisect, endText, type BisectEnd, type Judged } from './bisect-search.ts';
import { judgedIn } from './bisect-verdict.ts';
import { runCommandLine } from './run-command-line.ts';

const HELP = `npm run bisect -- --spec ID --subject NAME [--from VERSION] [--to VERSION] [options of npm run e2e]

Finds by halves which release of the subject's catalogue brought or mended a failure, on one kept cluster.

  --spec ID         the claim: udp/target-port-change
  --subject NAME    without a version: kube-proxy-iptables
  --from VERSION    the oldest release to look at (the catalogue's first)
  --to VERSION      the newest (the catalogue's last)
  --out DIR         where the runs go (reports/bisect-<time>)
Everything else goes to each run: -i ipv6, --setup, --cluster-name, …
Exit code: 0 a boundary was found, 1 there is none, 2 undecided.
`;
const root = fileURLToPath(new URL('../..', import.meta.url));
const ours = ['--spec', '--subject', '--from', '--to', '--out'] as const;

interface Request {
  readonly spec: string;
  readonly subject: string;
  readonly versions: readonly string[];
  readonly out: string;
  readonly rest: readonly string[];
}

function parse(argv: readonly string[]): Request {
  const given = new Map<string, string>();
  const rest: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    const [flag = '', inline] = word.split(/=(.*)/s);
    if ((ours as readonly string[]).includes(flag)) given.set(flag, inline ?? argv[++index] ?? '');
    else if (['-b', '--backend', '--focus', '--tags', '--reports-folder'].includes(flag))
      throw new RangeError(`${flag} is set by bisect itself; use --spec, --subject, --out`);
    else rest.push(word);
  }
  const [spec, subject] = [given.get('--spec') ?? '', given.get('--subject') ?? ''];
  if (!/^[a-z0-9-]+\/[a-z0-9.-]+$/.test(spec)) throw new RangeError(`--spec "${spec}": expected <area>/<claim>`);
  const stamp = new Date().toISOString().replace(/[-:]/g, '').slice(0, 15);
  const versions = between(releasesOf(subject), given.get('--from'), given.get('--to'));
  return { spec, subject, versions, out: given.get('--out') ?? join('reports', `bisect-${stamp}`), rest };
}

/** Versions that can be had of the subject, ascending. Throws RangeError that names the nearest subject. */
function releasesOf(subject: string): readonly string[] {
  const all = areas.subjects
    .filter(({ refused }) => refused === undefined)
    .map(({ name }) => /^(.+)@(\d+\.\d+\.\d+[^+]*)$/.exec(name))
    .filter((match) => match !== null);
  const versions = all.filter(([, name]) => name === subject).map(([, , version = '']) => version);
  if (versions.length > 0) return versions.filter((version) => semver.valid(version) !== null).sort(semver.compare);
  const names = [...new Set(all.map(([, name = '']) => name))];
  const near = closest(subject, names);
  throw new RangeError(
    `--subject ${subject} has no releases${near === undefined ? '' : ` (did you mean ${near}?)`}; allowed: ${names.join(' ')}`,
  );
}

function between(versions: readonly string[], from = versions[0], to = versions.at(-1)): readonly string[] {
  for (const [flag, version] of [
    ['--from', from],
    ['--to', to],
  ] as const)
    if (version === undefined || !versions.includes(version))
      throw new RangeError(`${flag} ${version ?? ''} is not in the catalogue; it has ${versions.join(' ')}`);
  const chosen = versions.slice(versions.indexOf(from ?? ''), versions.indexOf(to ?? '') + 1);
  if (chosen.length < 2) throw new RangeError(`--from ${from ?? ''} --to ${to ?? ''}: expected at least two releases`);
  return chosen;
}

/** Judges one release once. A signal ends the whole. */
async function judge(request: Request, version: string, run: number): Promise<Judged> {
  const { spec, subject, out, rest } = request;
  const name = `${subject}@${version}`;
  const folder = join(resolve(root, out), `${run}-${name}`);
  await mkdir(folder, { recursive: true });
  const isGround = areas.ground?.subjects.some((one) => one.name === name) === true;
  const args = ['--import', 'tsx', 'e2e/cli.ts', isGround ? '-b' : '--subject', name, '--focus', `^${spec}$`];
  const code = await runChild([...args, '--reuse', '--keep', '--reports-folder', folder, ...rest], { cwd: root });
  if (code > 128) throw new Interrupted(code);
  if (code === EXIT.usage) throw new RangeError(`the run of ${name} was refused; its words stand above`);
  return judgedIn(join(folder, 'latest'), { spec, name, version });
}

class Interrupted extends Error {
  readonly code: number;
  constructor(code: number) {
    super('interrupted');
    this.code = code;
  }
}

async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(shown(HELP));
    return EXIT.asExpected;
  }
  const request = parse(argv);
  // The run that writes there notices and ends; the cluster is still to be taken back.
  watchOutput(() => undefined);
  const started = Date.now();
  const before = await clustersNow(request.rest);
  let runs = 0;
  let end: BisectEnd | Interrupted;
  try {
    end = await bisect(request.versions, async (version) => {
      runs += 1;
      process.stderr.write(shown(`\nbisect ${runs}: ${request.subject}@${version}\n`));
      const judged = await judge(request, version, runs);
      process.stdout.write(shown(`bisect ${runs}: ${version} ${judged.side ?? 'not judged'}: ${judged.told}\n`));
      return judged;
    });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    end = error;
  } finally {
    if (runs > 0) await removeClustersMade(resolve(root, request.out), before, request.rest);
  }
  if (end instanceof Interrupted) return end.code;
  const took = formatDuration(Date.now() - started);
  process.stdout.write(shown(`${request.spec} on ${request.subject}: ${endText(end)} (${runs} runs, ${took})\n`));
  return { boundary: 0, none: 1, undecided: 2 }[end.kind];
}

void runCommandLine({ name: 'bisect', isUsage: (error) => error instanceof RangeError }, () =>
  main(process.argv.slice(2)),
);
