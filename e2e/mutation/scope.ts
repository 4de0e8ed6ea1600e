/** What is mutated, and what is not, each with its reason. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { areas } from '../areas/index.ts';

export interface Scope {
  /** Paths relative to the repository. */
  readonly sources: readonly string[];
  readonly tests: readonly string[];
}

/** Mutators whose mutants change no verdict. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  StringLiteral: 'texts for people: a changed word changes no verdict, and tests of every word would pin the wording',
  ObjectLiteral: 'an emptied object breaks a type, so the compiler catches it and no test has to',
};

/**
 * The engine's and the shared rooms' code that turns what was seen into a verdict: how a body's end is read, and what rows mean.
 * An error here is a wrong verdict, so this is held to the bar. Each area names its own, beside all that stands in its judge/.
 */
const DECIDES: readonly string[] = [
  ...['attempt', 'budget', 'explained', 'pattern', 'scheduler', 'select', 'spec-context', 'tags', 'verdict'].map(
    engine,
  ),
  ...[
    'defect-table',
    'judgement',
    'match-defect',
    'processor-wait',
    'surroundings',
    'time-bound',
    'verdict-errors',
    'worst-cell',
  ].map(engine),
  ...['conntrack-entry', 'conntrack-event', 'conntrack-table'].map((name) => `e2e/harness/conntrack/${name}`),
  ...['datagram-loss', 'datagram-record'].map((name) => `e2e/harness/datagrams/${name}`),
  ...areas.all.flatMap(({ name, mutation }) => (mutation?.decides ?? []).map((file) => `e2e/areas/${name}/${file}`)),
];

/** The other files of these rooms, and what shows that they work. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  'run/{run,session,process,console,progress,pause,listing,…}.ts':
    'the engine around the specs: its tests run it in processes of its own, where no mutant of this process is alive; `npm run prove -- faults` disturbs it',
  'run/journal*.ts': 'proven by killing real writers and real runs at random moments',
  'run/options/*.ts': 'refuse or accept, before anything is judged; a wrong option ends with 64',
  '{conntrack/conntrack-follower,conntrack/conntrack-premises,datagrams/datagram-stream}.ts':
    'reads from nodes: without a cluster most of it does not run; the kill matrix runs it',
  'pcap/*.ts': 'parsers are compared with tcpdump and tshark and fed damaged files',
  ...Object.fromEntries(
    areas.all.flatMap(({ name, mutation }) =>
      Object.entries(mutation?.elsewhere ?? {}).map(([files, why]) => [`areas/${name}/${files}`, why]),
    ),
  ),
};

/** Tests by title: those that measure time, which code full of mutants takes more of, and those that start processes for long. */
export const NOT_RUN = /within a second|kill -9 at 20/;

/** Where code that decides stands, the engine's and the areas'. */
const rooms = ['e2e/areas', ...['conntrack', 'datagrams', 'pcap', 'run'].map((room) => `e2e/harness/${room}`)];

function engine(name: string): string {
  return `e2e/harness/run/${name}`;
}

const decides = (file: string): boolean =>
  /^e2e\/areas\/[^/]+\/judge\/[^/]+\.ts$/.test(file) || DECIDES.includes(file.replace(/\.ts$/, ''));

/**
 * `words`: parts of paths in these rooms, held to the bar or not; empty means what decides. Tests stand beside sources; those of
 * faults use much of the evidence.
 */
export function scopeOf(root: string, words: readonly string[]): Scope {
  const files = rooms
    .flatMap((room) =>
      readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((file) => `${room}/${file}`),
    )
    .filter((file) => file.endsWith('.ts') && !file.includes('testdata'))
    .sort();
  const sources = files
    .filter((file) => !/\.(test|spec)\.ts$/.test(file))
    .filter((file) => (words.length === 0 ? decides(file) : words.some((word) => file.includes(word))));
  const tests = files.filter((file) => file.endsWith('.test.ts') && !file.endsWith('.cluster.test.ts'));
  return { sources, tests };
}
