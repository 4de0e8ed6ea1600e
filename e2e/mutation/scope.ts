/** What is mutated, and what is not, each with its reason. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

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
 * The code that turns what was seen into a verdict: how a body's end is read, and what rows, datagrams, captures and logs mean.
 * An error here is a wrong verdict, so this is held to the bar.
 */
const DECIDES: readonly string[] = [
  ...['attempt', 'budget', 'explained', 'pattern', 'scheduler', 'select', 'spec-context', 'tags', 'verdict'].map(run),
  ...['verdict-errors'].map(run),
  ...['capture-truth', 'conntrack-entry', 'conntrack-event', 'conntrack-table', 'datagram-loss'].map(evidence),
  ...['datagram-record', 'handover-judgement', 'race-account', 'race-flow-set', 'race-judgement'].map(evidence),
  ...['removal-judgement', 'tcp-judgement'].map(evidence),
];

/** The other files of both rooms, and what shows that they work. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  'run/{run,session,process,console,progress,pause,listing,…}.ts':
    'the engine around the specs: its tests run it in processes of its own, where no mutant of this process is alive; `npm run faults` disturbs it',
  'run/journal*.ts': 'proven by killing real writers and real runs at random moments',
  'run/options/*.ts': 'refuse or accept, before anything is judged; a wrong option ends with 64',
  'evidence/{conntrack-follower,conntrack-premises,datagram-stream,endpoint-premises,npa-*,race-driver,race-premises,race-replies}.ts':
    'read from nodes and pods: without a cluster most of it does not run; the kill matrix runs it',
  'evidence/{capture-*,pcap-*}.ts':
    'parsers are compared with tcpdump and tshark and fed damaged files; judgements meet the capture mutants of the kill matrix',
  'evidence/watch-*.ts':
    'cells of the watch matrix: each client under each profile, known-bad ones among them, in the kill matrix',
};

/** Tests by title: those that measure time, which code full of mutants takes more of, and those that start processes for long. */
export const NOT_RUN = /within a second|kill -9 at 20/;

const folders = ['e2e/harness/evidence', 'e2e/harness/run'];

function run(name: string): string {
  return `e2e/harness/run/${name}.ts`;
}

function evidence(name: string): string {
  return `e2e/harness/evidence/${name}.ts`;
}

/**
 * `words`: parts of paths in both rooms, held to the bar or not; empty means what decides. Tests stand beside sources; those of
 * faults use much of the evidence.
 */
export function scopeOf(root: string, words: readonly string[]): Scope {
  const below = (folder: string): string[] =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.includes('testdata'))
      .map((file) => `${folder}/${file}`)
      .sort();
  const sources = folders
    .flatMap(below)
    .filter((file) => !file.endsWith('.test.ts'))
    .filter((file) => (words.length === 0 ? DECIDES.includes(file) : words.some((word) => file.includes(word))));
  const tests = [...folders, 'e2e/harness/fault']
    .flatMap(below)
    .filter((file) => file.endsWith('.test.ts') && !file.endsWith('.cluster.test.ts'));
  return { sources, tests };
}
