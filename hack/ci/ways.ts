/** How each documented command is executed: at once, as far as it goes without a cluster, or on one by the walk of CI. */

/** At once by the test: `entry` with these arguments in a folder that holds a run. Exit codes that are right. */
interface Here {
  readonly way: 'here';
  readonly entry: string;
  readonly args: readonly string[];
  readonly exits: readonly number[];
}
/** By hack/ci/walk-documentation.ts, letter by letter, on a cluster that an earlier command of the walk has made. */
interface Walk {
  readonly way: 'walk';
  readonly exits: readonly number[];
  /** For one that ends by Ctrl-C: after so many seconds. */
  readonly interruptAfter?: number;
}
/** By something else, which is named; or not at all, with the reason. */
interface Elsewhere {
  readonly way: 'elsewhere';
  readonly by: string;
}
export type Way = Here | Walk | Elsewhere;

interface Row {
  /** On the words, joined by spaces. */
  readonly match: RegExp;
  way(args: readonly string[]): Way;
}

const here = (entry: string, args: readonly string[], exits: readonly number[] = [0]): Way => ({
  way: 'here',
  entry,
  args,
  exits,
});
const walk = (...exits: readonly number[]): Way => ({ way: 'walk', exits: exits.length === 0 ? [0] : exits });
const elsewhere = (by: string): Way => ({ way: 'elsewhere', by });
/** All that a run does before it touches anything; what failed last depends on the machine, so that filter alone is left out. */
function listed(args: readonly string[]): readonly string[] {
  const asked = args.filter((arg) => arg !== '--rerun-failed');
  return asked.some((arg) => arg.startsWith('--list')) ? asked : [...asked, '--list', 'json'];
}

/** The first that matches counts. */
const rows: readonly Row[] = [
  { match: /^npm test( -- .*)?$/, way: () => elsewhere('this is it') },
  { match: /^npm run (typecheck|lint)$/, way: () => elsewhere('the lint job of .github/workflows/pull-request.yml') },
  { match: /^npm (audit|sbom)/, way: () => elsewhere('e2e/report/documents/bill-of-materials.test.ts') },
  { match: /^npm run report -- docs/, way: () => elsewhere('documentation.test.ts compares what it writes') },
  // Of a run with what was not judged it says so.
  { match: /^npm run report -- diff /, way: (args) => here('e2e/commands/report.ts', args, [0, 2]) },
  // The run that is there judged no release and did not fail: both say so.
  { match: /^npm run report -- (compat|repro) /, way: (args) => here('e2e/commands/report.ts', args, [0, 2]) },
  { match: /^npm run report -- /, way: (args) => here('e2e/commands/report.ts', args) },
  { match: /^npm run doctor$/, way: () => here('e2e/commands/doctor.ts', ['--json'], [0, 2]) },
  { match: /^npm run doctor -- --context/, way: (args) => here('e2e/commands/doctor.ts', args, [2]) },
  // Docker is out of reach there: that clusters were not looked for is no success.
  { match: /^npm run gc$/, way: () => here('e2e/commands/gc.ts', ['--dry-run'], [0, 2]) },
  { match: /^npm run e2e:matrix/, way: (args) => here('e2e/commands/matrix.ts', [...args, '--cells']) },
  { match: /^npm run prove -- mutants --from/, way: (args) => here('e2e/commands/prove.ts', args, [0, 1, 2]) },
  { match: /^npm run prove -- mutants/, way: (args) => here('e2e/commands/prove.ts', [...args, '--list']) },
  {
    match: /^npm run prove -- (mutation|faults|policy)/,
    way: () => elsewhere('hack/ci/proof-slices.ts, a part of each'),
  },
  {
    match: /^npm run prove -- flake/,
    way: () => elsewhere('a cluster and an hour; e2e/flake has the tests of its parts'),
  },
  {
    match: /^npm run bisect/,
    way: () => elsewhere('a cluster and several builds; e2e/commands/bisect-search.test.ts'),
  },
  { match: /^npm run bench/, way: () => elsewhere('e2e/bench: hours of a calm machine') },
  // The page's capture is not there: as far as opening it.
  { match: /^npm run capture -- audit /, way: (args) => here('e2e/commands/capture.ts', args, [2]) },
  // On a cluster, in the order in which the pages tell it.
  { match: /^npm run cluster -- (up|down|status)/, way: () => walk() },
  { match: /^npm run capture -- (deploy|collect)/, way: () => walk() },
  { match: /^kubectl (apply|delete) -f manifests\/conntrack-/, way: () => walk() },
  { match: /^kubectl (wait|logs|rollout) /, way: () => walk() },
  { match: /^kubectl apply -f manifests\/packet-capture\/examples\//, way: () => walk() },
  { match: /^docker exec -it .* bash$/, way: () => elsewhere('a person at a terminal') },
  {
    match: /^docker exec .*(conntrack -E|tcpdump)/,
    way: () => ({ way: 'walk', exits: [0, 130, 137, 143], interruptAfter: 3 }),
  },
  { match: /^docker exec /, way: () => walk() },
  { match: /^npm run e2e -- (.*)/, way: (args) => here('e2e/cli.ts', listed(args)) },
  {
    match: /^npm run in-cluster -- (start|status|logs|retrieve|delete|image)/,
    way: () => elsewhere('hack/ci/anywhere.ts'),
  },
  { match: /^npx staleproof/, way: () => elsewhere('hack/packed-install.test.ts') },
  { match: /^npm (pack|install)/, way: () => elsewhere('hack/packed-install.test.ts') },
  { match: /^npm run (race|watch|proxy|conntrack|capture) -- /, way: (args) => here('', args) },
  { match: /^node -e /, way: (args) => here('-e', args.slice(1)) },
  { match: /^kubectl debug/, way: () => elsewhere("an image of somebody else's registry") },
  {
    match: /^kubectl (apply -f manifests\/node-helper|-n staleproof-system)/,
    way: () => elsewhere('hack/ci/anywhere.ts'),
  },
  {
    match: /^sonobuoy /,
    way: () => elsewhere('e2e/compose/in-cluster/sonobuoy.test.ts, against the documented layout'),
  },
  { match: /^(ls|cat|less|cd|git|helm|aws|az|gcloud|curl|kill) ?/, way: () => elsewhere('a program of the reader') },
];

/** Undefined for a command that nobody executes yet: then a row is missing. */
export function wayOf(words: readonly string[]): Way | undefined {
  const text = words.join(' ');
  const separator = words.indexOf('--');
  const args = separator < 0 ? words.slice(1) : words.slice(separator + 1);
  const way = rows.find(({ match }) => match.test(text))?.way(args);
  if (way?.way !== 'here' || way.entry !== '') return way;
  // These begin with a connection: without one they have to say so, and to know their own options.
  return { ...way, entry: `e2e/commands/${words[2] ?? ''}.ts`, exits: [0, 1, 2] };
}
