import { expect } from 'chai';
import { execa } from 'execa';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { fixture, readResults, repository } from './run-engine.ts';

let reports = '';
let config = '';

async function mocha(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const bin = join(repository, 'node_modules/mocha/bin/mocha.js');
  const result = await execa(process.execPath, [bin, '--config', config, ...argv], {
    cwd: repository,
    reject: false,
    extendEnv: false,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', E2E_REPORTS_FOLDER: reports, ...env },
    timeout: 150_000,
  });
  const { exitCode, stdout, stderr } = result;
  return { exitCode, stdout, stderr, ...(await readResults(reports)) };
}

/** .mocharc.yml as it is, but for where the specs are. */
async function configFor(spec: string): Promise<void> {
  const text = await readFile(join(repository, '.mocharc.yml'), 'utf8');
  config = join(reports, 'mocharc.yml');
  await writeFile(config, text.replace(/^spec: .*$/m, `spec: ['${fixture(spec)}']`));
}

interface MochawesomeSuite {
  readonly suites: readonly MochawesomeSuite[];
  readonly tests: readonly {
    readonly title: string;
    readonly state: string;
    readonly err: { readonly message?: string };
  }[];
}

/** Of a mochawesome file: title, state, and the message without the name of its error. */
function testsOf(file: unknown): readonly { title: string; state: string; message: string }[] {
  const walk = (suite: MochawesomeSuite): ReturnType<typeof testsOf> => [
    ...suite.tests.map(({ title, state, err }) => ({
      title,
      state,
      message: (err.message ?? '').replace(/^Error: /, ''),
    })),
    ...suite.suites.flatMap(walk),
  ];
  return (file as { readonly results: readonly MochawesomeSuite[] }).results.flatMap(walk);
}

describe('plain mocha', function () {
  this.timeout(300_000);
  before(async () => {
    reports = await mkdtemp(join(tmpdir(), 'staleproof-mocha-'));
    await configFor('verdicts.spec.ts');
  });
  after(() => rm(reports, { recursive: true }));

  it('runs the same engine: same verdicts, results and exit code', async () => {
    const run = await mocha([]);
    expect(run.exitCode, run.stderr).to.equal(1);
    expect(run.stdout)
      .to.match(/✔ passes \[udp\]/)
      .and.match(/- skips \[udp\]/)
      .and.match(/1\) fails \[conntrack\]\[udp\]/);
    expect(run.stdout).to.match(/JudgementError: the row: expected server 2, observed server 1/);
    expect(run.attempts).to.have.length(7);
  });

  it('knows --grep and --invert of mocha, and E2E_ options', async () => {
    const grep = await mocha(['--grep', 'passes|skips']);
    expect(grep.exitCode).to.equal(0);
    // Lines stand in the order in which specs ended: one that is skipped has nothing to wait for.
    expect(grep.attempts.map((line) => line.spec.id)).to.have.members(['udp/passes', 'udp/skips']);
    const tags = await mocha([], { E2E_TAGS: 'conntrack' });
    expect(tags.exitCode).to.equal(1);
    expect(tags.attempts.map((line) => line.spec.id)).to.deep.equal(['udp/fails']);
    const inconclusive = await mocha(['--grep', 'inconclusive']);
    expect(inconclusive.exitCode).to.equal(2);
  });

  it('writes with mochawesome what the suite’s own file says', async () => {
    const folder = join(reports, 'mochawesome');
    const run = await mocha(['--reporter', 'mochawesome', '--reporter-option', `reportDir=${folder}`]);
    expect(run.exitCode, run.stderr).to.equal(1);
    const theirs = testsOf(JSON.parse(await readFile(join(folder, 'mochawesome.json'), 'utf8')));
    const ours = testsOf(JSON.parse(await readFile(join(reports, 'latest', 'mochawesome.json'), 'utf8')));
    expect(theirs).to.have.length(7);
    for (const { title, state, message } of theirs) {
      // Ours has the verdict and the id in front, and the tags in an order of their own.
      const [words = ''] = title.split(' [');
      const same = ours.find((one) => one.title.endsWith(words));
      expect(same?.state, title).to.equal(state);
      expect(same?.message, title).to.equal(message);
    }
    expect(theirs.map(({ message }) => message).join('\n')).to.match(/^inconclusive: /m);
    expect(theirs.map(({ state }) => state)).to.include('pending');
  });

  it('refuses what mocha would take in silence', async () => {
    for (const [argv, env, expected] of [
      [['--tags', 'x'], {}, /plain mocha does not know --tags; set E2E_TAGS/],
      [['--grep', 'nothing-like-it'], {}, /mocha's --grep removed the last one/],
      [[], { E2E_TAGS: 'nonsense' }, /unknown tag nonsense/],
      [[], { E2E_REPEAT: '2' }, /plain mocha cannot do this/],
    ] as const) {
      const run = await mocha(argv, env);
      expect(run.exitCode, run.stdout).to.equal(64);
      expect(run.stderr).to.match(expected);
    }
  });

  it('leaves a developer who runs one test file alone', async () => {
    const run = await mocha(['e2e/harness/run/pattern.test.ts']);
    expect(run.exitCode, run.stderr).to.equal(0);
    expect(run.stdout).to.include('patterns from users').and.not.include('udp');
  });
});
