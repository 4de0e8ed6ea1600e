/** How the run behaves: concurrency, time, output. */
import { fields } from './field.ts';

const { flag, list, count, text, duration, factor } = fields('Running');

export const runOptions = {
  jobs: count('specs at a time (default: from cores and nodes)', { max: 200 }, { short: 'j' }),
  timeout: duration('deadline of every spec in place of its own'),
  runTimeout: duration('deadline of the whole run'),
  grace: duration('how long a cancelled body may take to end (5s)'),
  cleanupTimeout: duration('budget of a spec for clean-up (60s)'),
  slowFactor: factor('multiplies every wait (default: measured at the start; 1 on a calm machine)'),
  progressEvery: duration('a line about what runs, where there is no terminal (1m)'),
  pauseOnFail: flag('stop before clean-up of a spec that is not as expected, until Enter'),
  verbose: flag('print steps and log lines as they happen', { short: 'v' }),
  quiet: flag('only what is not as expected, and the summary', { short: 'q' }),
  plan: flag('say what set-up would make, in which order and how long it takes, and exit', { commandLineOnly: true }),
  setup: flag('install what is missing instead of only saying so'),
  guard: flag('load the leak guard even where a registry answers'),
  reportsFolder: text('where runs are written (reports)', 'FOLDER'),
  reporter: list('further report: ctrf; none for results.jsonl alone', 'NAME'),
  config: text('YAML file with any of these options', 'FILE', { short: 'c', commandLineOnly: true }),
  help: flag('this text', { short: 'h', commandLineOnly: true }),
};
