/** Which specs run, in what order, how often. */
import { fields } from './field.ts';

const { flag, list, matching, count, choice, text } = fields('Selecting');

export const selectionOptions = {
  tags: list("tag expression: 'conntrack && !slow && (udp || /node.*/)'; several are combined by and", 'EXPRESSION'),
  grep: text('regular expression on the id or "<area> <title> [tags]"; /x/i for flags', 'PATTERN', { short: 'g' }),
  focus: list('keep specs whose id or title matches; several are alternatives', 'PATTERN'),
  skip: list('drop specs whose id or title matches', 'PATTERN'),
  nightly: flag('take nightly specs too, which otherwise want to be named by tag or id'),
  seed: matching('shuffle the order with this seed (a number, or random)', 'SEED', /^(random|0|[1-9]\d{0,9})$/, '42'),
  shard: matching('run the i-th of n equal parts', 'i/n', /^[1-9]\d{0,3}\/[1-9]\d{0,3}$/, '1/3'),
  repeat: count('run each selected spec N times', { max: 10_000 }),
  untilItFails: flag('repeat the selection until a spec is not as expected'),
  rerunFailed: flag('only what was not as expected in the last run, with its subject and cluster'),
  flakeAttempts: count('up to N attempts; a later pass is verdict flaky', { max: 20 }),
  failOnFlaky: flag('a flaky spec makes the exit code 1'),
  bail: flag('start nothing more after the first spec that is not as expected'),
  quick: flag('one verdict of each area, on a good subject and on a known-bad one; says what it left out', {
    commandLineOnly: true,
  }),
  list: choice('list the selected specs and exit', ['text', 'json', 'yaml'], { commandLineOnly: true }),
  listTags: flag('list the known tags and exit', { commandLineOnly: true }),
  listSubjects: choice('list all subjects and exit', ['text', 'json', 'yaml'], { commandLineOnly: true }),
  specs: list('folders or files with specs', 'PATH'),
};
