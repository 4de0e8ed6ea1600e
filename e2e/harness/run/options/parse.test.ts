import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { readConfig } from './config-file.ts';
import { oneArea } from '../../area/testdata/one-area.ts';
import { optionSchema } from './option-schema.ts';
import { parseOptions as parseFor } from './parse.ts';
import { helpText } from './help.ts';

const { infos, parse: schema } = await optionSchema(oneArea);
const parseOptions = (argv: readonly string[], env: Readonly<Record<string, string | undefined>>) =>
  parseFor(argv, env, oneArea);
const parse = (...argv: string[]) => parseOptions(argv, {});
async function error(work: Promise<unknown>): Promise<string> {
  const thrown: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(thrown, 'accepted').to.be.instanceOf(Error);
  expect((thrown as Error).name, (thrown as Error).stack).to.equal('UsageError');
  return (thrown as Error).message;
}

describe('options', () => {
  it('are read from the command line, short and long', async () => {
    expect(
      await parse('-i', 'ipv6', '-b', 'x', '--tags', 'a && b', '--tags=c', '-n', '30', '--keep', '-v'),
    ).to.deep.equal({
      ipFamily: 'ipv6',
      backend: 'x',
      tags: ['a && b', 'c'],
      iterations: 30,
      keep: true,
      verbose: true,
    });
    expect(await parse('--no-keep', '--timeout', '90', '--grace=500ms', '--list')).to.deep.equal({
      keep: false,
      timeout: 90_000,
      grace: 500,
      list: 'text',
    });
    expect(await parse('--timeout', '1h2m0.5s')).to.deep.equal({ timeout: 3_720_500 });
    expect(await parse('--list', 'json')).to.deep.equal({ list: 'json' });
  });

  const mistakes: readonly (readonly [string[], RegExp])[] = [
    [['--ip-famly', 'x'], /option --ip-famly is unknown \(did you mean --ip-family\?\); allowed: .*--tags/],
    [['-i', 'ipv5'], /command line: --ip-family: expected one of ipv4, ipv6, dual; got "ipv5"/],
    [['--jobs', '0'], /--jobs: expected a whole number, 1 to 200, got "0"/],
    [['--jobs', '1e2'], /got "1e2"/],
    [['--jobs', '010'], /got "010"/],
    [['--jobs'], /option --jobs needs a value: N/],
    [['--grep', '--keep'], /option --grep needs a value/],
    [['--timeout', '5 parsecs'], /expected a duration like 500ms, 90s, 10m or 1h/],
    [['--timeout', '1m30'], /expected a duration like 500ms, 90s, 10m or 1h30m .at most 7 days., got "1m30"/],
    [['--grep', 'a', '--grep', 'b'], /given twice, with different values: a and b/],
    [['--keep=maybe'], /--keep: expected true or false, got "maybe"/],
    [['--tags', ''], /an item is empty/],
    [['conntrack'], /unexpected argument "conntrack".*npm run e2e -- --grep conntrack/],
    [['--context', 'x'], /--context belongs to --provider existing/],
    [['--provider', 'existing', '--node-image', 'x'], /--node-image belongs to --provider kind/],
    [['--provider', 'existing', '--cluster-name', 'staleproof-x'], /--cluster-name belongs to --provider kind/],
    [['--cluster-name', 'mine'], /--cluster-name mine: expected staleproof- and up to 38 of a-z, 0-9 and -/],
    [['--fail-on-flaky'], /--fail-on-flaky needs --flake-attempts 2 or more/],
    [['--repeat', '2', '--until-it-fails'], /exclude each other/],
    [['--shard', '4/3'], /the part must not exceed/],
    [['--shard', '0/3'], /like 1\/3/],
    [['--focus', 'a|b|'], /an alternative is empty/],
    [['--config', '/nonexistent.yaml'], /config file \/nonexistent.yaml: no such file/],
    [['--__proto__', 'x'], /is unknown/],
  ];
  for (const [argv, expected] of mistakes)
    it(`refuse ${argv.join(' ')} in one line`, async () => {
      const text = await error(parse(...argv));
      expect(text).to.match(expected);
      expect(text).to.not.include('\n');
    });

  it('come from E2E_ variables too, below the command line', async () => {
    expect(await parseOptions(['-i', 'dual'], { E2E_IP_FAMILY: 'ipv6', E2E_TAGS: 'udp', HOME: '/' })).to.deep.equal({
      ipFamily: 'dual',
      tags: ['udp'],
    });
    expect(await error(parseOptions([], { E2E_TAG: 'udp' }))).to.match(
      /E2E_TAG is unknown \(did you mean E2E_TAGS\?\)/,
    );
  });

  it('that npm kept for itself are missed', async () => {
    expect(await error(parseOptions(['conntrack'], { npm_config_grep: 'true' }))).to.match(
      /npm kept --grep for itself/,
    );
  });

  it('all stand in the help', () => {
    const help = helpText(infos);
    for (const info of infos) expect(help).to.include(`--${info.flag}`);
    const short = infos.flatMap((info) => info.short ?? []);
    expect(new Set(short).size).to.equal(short.length);
  });
});

describe('config files', () => {
  const read = (text: string) => readConfig(text, 'c.yaml', infos);
  const validated = async (text: string) => schema.parse(await read(text));

  it('take keys in every spelling, those of areas too', async () => {
    const text = 'agent_namespace: kube-system\nagent-label: app=agent\nkernelTimeout: 30\ncleanup_period: 60\n';
    expect(await validated(text)).to.deep.equal({
      agentNamespace: 'kube-system',
      agentLabel: 'app=agent',
      kernelTimeout: 30_000,
      cleanupPeriod: 60_000,
    });
  });

  it('may be empty, or hold comments only', async () => {
    for (const text of ['', '\n', '# nothing\n', '---\n']) expect(await read(text)).to.deep.equal({});
  });

  it('leave YAML no choice: octal, yes and no, null, dates', async () => {
    const wrong = (text: string) =>
      validated(text).then(
        () => 'accepted',
        () => 'refused',
      );
    for (const text of [
      'jobs: 010',
      'jobs: 0o10',
      'jobs: 0x10',
      'keep: yes',
      'keep: on',
      'keep: True',
      'backend: null',
      'backend: ~',
      'backend:',
      'jobs: 2026-01-01',
      'jobs: 1_0',
    ])
      expect(await wrong(text), text).to.equal('refused');
    expect(await validated('backend: 2026-01-01')).to.deep.equal({ backend: '2026-01-01' });
    expect(await validated('tags: [no, yes]')).to.deep.equal({ tags: ['no', 'yes'] });
    expect(await validated('jobs: "3"')).to.deep.equal({ jobs: 3 });
  });

  it('that are broken give one line with file and place', async () => {
    expect(await error(read('a: [1'))).to.match(/^c\.yaml line \d+: not YAML: /);
    expect(await error(read('- a'))).to.include('expected a mapping of options, got a list');
    expect(await error(read('hello'))).to.include('got one value');
    expect(await error(read('tagz: x'))).to.match(/key tagz is unknown \(did you mean tags\?\)/);
    expect(await error(read('jobs: {a: 1}'))).to.include('got a nested structure');
    expect(await error(read('jobs: 1\nJobs: 2'))).to.include('set twice');
    expect(await error(read('list: json'))).to.include('key list is unknown');
  });

  it('random documents are accepted or refused in one line (1,000 of them)', async function () {
    this.timeout(60_000);
    const known = fc.constantFrom(...infos.map((info) => info.flag), '__proto__', 'constructor', 'toString');
    const scalar = fc.oneof(
      fc.constantFrom(
        'true',
        'yes',
        '~',
        '0777',
        '1e9',
        '2001-12-14t21:59:43.10-05:00',
        '!!binary aGk=',
        '&a x',
        '*a',
        '<<',
        '|',
        '? ',
        '%TAG',
        '!!js/function "x"',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.integer().map(String),
    );
    const yaml = fc.oneof(
      fc
        .array(fc.tuple(fc.oneof(known, fc.string({ maxLength: 8 })), scalar), { maxLength: 4 })
        .map((rows) => rows.map((row) => row.join(': ')).join('\n')),
      fc.json(),
      fc.string({ unit: 'binary', maxLength: 60 }),
    );
    await fc.assert(
      fc.asyncProperty(yaml, async (text) => {
        const outcome = await validatedOrLine(text);
        if (typeof outcome === 'string') {
          expect(outcome).to.not.include('\n');
          expect(outcome.length).to.be.below(2000);
        }
      }),
      { numRuns: 1000 },
    );
  });

  async function validatedOrLine(text: string): Promise<unknown> {
    const { mkdtemp, rm, writeFile } = await import('node:fs/promises');
    const folder = await mkdtemp('/tmp/staleproof-config-');
    try {
      await writeFile(`${folder}/c.yaml`, text);
      return await parseOptions(['--config', `${folder}/c.yaml`], {});
    } catch (thrown) {
      expect((thrown as Error).name, `${JSON.stringify(text)}: ${(thrown as Error).stack ?? ''}`).to.equal(
        'UsageError',
      );
      return (thrown as Error).message;
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it('random command lines too (1,000 of them)', async function () {
    this.timeout(60_000);
    const word = fc.oneof(
      fc.constantFrom(...infos.flatMap((info) => [`--${info.flag}`, `--no-${info.flag}`, `--${info.flag}=x`])),
      fc.string({ maxLength: 8 }),
      fc.constantFrom('-', '--', '-vv', '-ix', '--=', '1/2', 'ipv4'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 5 }), async (argv) => {
        await parseOptions(argv, {}).catch((thrown: unknown) => {
          expect((thrown as Error).name, `${JSON.stringify(argv)}: ${(thrown as Error).stack ?? ''}`).to.equal(
            'UsageError',
          );
        });
      }),
      { numRuns: 1000 },
    );
  });
});
