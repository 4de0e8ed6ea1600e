/** `npm run prove -- mutants|faults|flake|mutation|policy|check`: proofs that the suite's own verdicts can be trusted. */
import { EXIT } from '../harness/run/exit-codes.ts';
import { shown } from '../harness/run/shown.ts';

/** Each is a program of its own: it reads the words behind its name and sets the exit code. */
interface Proof {
  readonly name: string;
  readonly proves: string;
  readonly run: () => Promise<unknown>;
}

const proofs: readonly Proof[] = [
  {
    name: 'mutants',
    proves: 'every known-bad subject is caught, and no good one is accused',
    run: () => import('./mutants.ts'),
  },
  {
    name: 'faults',
    proves: 'a disturbed run ends, says why, and leaves nothing',
    run: () => import('./faults.ts'),
  },
  { name: 'flake', proves: 'verdicts on a loaded machine are right', run: () => import('./flake.ts') },
  {
    name: 'mutation',
    proves: 'a changed place in the code that decides is noticed by a test',
    run: () => import('./mutation.ts'),
  },
  {
    name: 'policy',
    proves: 'manifests are valid, and what a linter finds has a reason',
    run: () => import('./policy.ts'),
  },
  {
    name: 'check',
    proves: 'check --rows names every stale row and no other, by reads alone',
    run: () => import('./check-proof.ts'),
  },
];

const HELP = `npm run prove -- PROOF [options]

${proofs.map(({ name, proves }) => `  ${name.padEnd(10)}${proves}`).join('\n')}

  npm run prove -- PROOF --help says what it takes, how it ends and where its table goes.
`;

const [word = ''] = process.argv.splice(2, 1);
const proof = proofs.find(({ name }) => name === word);
if (proof !== undefined) await proof.run();
else if (word === '--help' || word === '-h') process.stdout.write(shown(HELP));
else {
  const what = word === '' ? 'which proof?' : `there is no proof "${word}";`;
  process.stderr.write(shown(`staleproof prove: ${what} allowed are ${proofs.map(({ name }) => name).join(', ')}\n`));
  process.exitCode = EXIT.usage;
}
