/** Options of `npm run prove -- mutants`. */
import { join } from 'node:path';
import { areas } from '../areas/index.ts';
import type { KillRequest, KillRun } from './mutants-cells.ts';

export const HELP = `npm run prove -- mutants [--area AREA] [--subject NAME]… [--specs caught|area] [options of npm run e2e]

  --area AREA         ${areas.names.slice(0, -1).join(', ')} or ${areas.names.at(-1) ?? ''}; may be repeated (all)
  --subject NAME      only this subject, known-bad or good; may be repeated (every known-bad one and its good twin)
  --specs caught      the specs that are meant for each known-bad subject
          area        every spec of its area, to see what else notices
  --list              print the runs, one a line, and start none
  --from DIR…         start no run: take results from folders of runs that exist, up to the next option
  --out DIR           where the tables are kept (reports/mutants)
  --runs DIR          where the runs go (reports/mutants-<time>)
Everything else goes to each run: --kpng-image, --race-mode, --slow-factor, …
Each area's table in --out is updated after every run; what was not run again stays.
Exit code: 0 each known-bad subject was caught by a spec meant for it and no good one was accused, 1 one survived or
was accused, 2 one was not judged. With --subject only those count.
`;

export interface MutantsOptions extends KillRequest {
  readonly list: boolean;
  readonly from: readonly string[];
  readonly out: string;
  readonly runs: string;
  readonly rest: readonly string[];
}

const OURS = ['--area', '--subject', '--specs', '--out', '--runs'];
/** Set for each run here; given by a user they would contradict the cell. */
const SET_HERE = ['-b', '--backend', '-i', '--ip-family', '--reports-folder', '--focus', '--keep', '--reuse'];

/** Throws a RangeError for what cannot be meant. `now` names the folder of the runs. */
export function mutantsOptions(argv: readonly string[], now: Date): MutantsOptions {
  const values = new Map<string, string[]>();
  const rest: string[] = [];
  const from: string[] = [];
  let list = false;
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    const [flag = '', inline] = word.split(/=(.*)/s);
    if (OURS.includes(flag)) {
      const value = inline ?? argv[++index] ?? '';
      if (value === '') throw new RangeError(`${flag} needs a value`);
      values.set(flag, [...(values.get(flag) ?? []), value]);
    } else if (flag === '--from') {
      if (inline !== undefined) from.push(inline);
      while (argv[index + 1]?.startsWith('-') === false) from.push(argv[++index] ?? '');
      if (from.length === 0) throw new RangeError('--from needs a folder with runs');
    } else if (word === '--list') list = true;
    else if (SET_HERE.includes(flag)) throw new RangeError(`${flag} is set for each run by the matrix itself`);
    else rest.push(word);
  }
  const specs = values.get('--specs')?.at(-1) ?? 'caught';
  if (specs !== 'caught' && specs !== 'area') throw new RangeError(`--specs ${specs}: allowed are caught, area`);
  if (from.length > 0 && rest.length > 0) throw new RangeError(`--from starts no run; ${rest.join(' ')} has no use`);
  const stamp = now.toISOString().replace(/[-:]/g, '').slice(0, 15);
  return {
    ...{ list, from, rest, specs, areas: values.get('--area') ?? [], subjects: values.get('--subject') ?? [] },
    out: values.get('--out')?.at(-1) ?? join('reports', 'mutants'),
    runs: values.get('--runs')?.at(-1) ?? join('reports', `mutants-${stamp}`),
  };
}

/** Arguments of `npm run e2e` for one run. */
export function runArguments(run: KillRun, options: Pick<MutantsOptions, 'runs' | 'rest'>): readonly string[] {
  const named = run.subjects.flatMap((name) => (run.area === areas.ground?.area ? ['-b', name] : ['--subject', name]));
  const focus = run.specs.flatMap((id) => ['--focus', `^${id.replace(/[.]/g, '\\.')}$`]);
  // An existing cluster is always reused and never taken down; the engine refuses to be told so.
  const existing = /--provider[ =]existing/.test(options.rest.join(' '));
  const keep = existing ? [] : run.keep ? ['--reuse', '--keep'] : ['--reuse'];
  const folder = ['--reports-folder', join(options.runs, run.name)];
  return [...named, '-i', run.family, ...keep, ...focus, ...folder, ...options.rest];
}

/** One line a run, for people and for a CI system that deals them out. */
export function runLine(run: KillRun, index: number): string {
  const kind = run.good ? 'good' : 'known bad';
  return `${index + 1}. ${run.subjects.join(' + ')} (${kind}) on ${run.family}${run.keep ? ', cluster kept' : ''}: ${run.specs.join(' ')}`;
}
