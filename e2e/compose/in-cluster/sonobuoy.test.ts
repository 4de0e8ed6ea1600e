/** The results against Sonobuoy's documented layout: https://sonobuoy.io/docs/main/snapshot/ and …/plugins/. Sonobuoy itself is not run. */
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { parse } from 'junit2json';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { attemptLine, failureRecord, specInfo, wholeRun } from '../../report/result-fixture.ts';
import { writeReports } from '../../report/write-reports.ts';
import { unpack } from './archive.ts';
import { handToSonobuoy } from './sonobuoy.ts';

interface Plugin {
  readonly 'sonobuoy-config': {
    readonly driver: string;
    readonly 'plugin-name': string;
    readonly 'result-format': string;
    readonly 'result-files': readonly string[];
  };
  readonly podSpec: { readonly containers: readonly unknown[]; readonly volumes: readonly { readonly name: string }[] };
  readonly spec: {
    readonly name: string;
    readonly env: readonly { readonly name: string; readonly value: string }[];
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  };
}
const plugin = load(
  readFileSync(new URL('../../../manifests/run/sonobuoy-plugin.yaml', import.meta.url), 'utf8'),
) as Plugin;
const config = plugin['sonobuoy-config'];

describe('the Sonobuoy plugin', function () {
  this.timeout(30_000);
  let folder = '';
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'staleproof-sonobuoy-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** What the aggregator does with the file that `done` names: an archive is unpacked, anything else copied, to results/global. */
  async function snapshot(results: string): Promise<string> {
    const file = await readFile(join(results, 'done'), 'utf8');
    const root = join(folder, 'snapshot/plugins', config['plugin-name']);
    const global = join(root, 'results/global');
    await mkdir(global, { recursive: true });
    const bytes = await readFile(file);
    if (file.endsWith('.tar.gz')) await unpack(bytes, global);
    else await writeFile(join(global, basename(file)), bytes);
    return root;
  }

  /** Of its result format, files with a listed name, wherever they are. */
  async function resultFiles(root: string): Promise<readonly string[]> {
    const entries = await readdir(join(root, 'results'), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && config['result-files'].includes(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
  }

  it('is a Job whose results Sonobuoy reads as JUnit', () => {
    expect(config).to.deep.include({ driver: 'Job', 'plugin-name': 'staleproof', 'result-format': 'junit' });
    expect(config['result-files'].map((name) => extname(name))).to.deep.equal(['.xml']);
    // Sonobuoy adds its own container, and the plugin's from `spec`.
    expect(plugin.podSpec.containers).to.deep.equal([]);
    const results = plugin.spec.env.find(({ name }) => name === 'SONOBUOY_RESULTS_DIR')?.value;
    expect(plugin.spec.volumeMounts).to.deep.include({ name: 'results', mountPath: results });
    // The volume `results` is Sonobuoy's.
    expect(plugin.podSpec.volumes.map(({ name }) => name)).to.not.include('results');
  });

  it('hands over a run: one JUnit file with every spec, below results/global', async () => {
    const run = join(folder, 'reports/run-1');
    await mkdir(run, { recursive: true });
    const specs = ['pass', 'fail', 'skip', 'inconclusive'] as const;
    const lines = wholeRun(
      specs.map((verdict) =>
        attemptLine(verdict, {
          spec: specInfo(`udp/is-${verdict}`),
          ...(verdict === 'fail' ? { failure: failureRecord() } : {}),
        }),
      ),
    );
    await writeFile(join(run, 'results.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await writeReports(run);
    await handToSonobuoy(join(folder, 'results'), run, 1);

    const root = await snapshot(join(folder, 'results'));
    const [file = '', ...more] = await resultFiles(root);
    expect(more).to.deep.equal([]);
    expect(dirname(file)).to.equal(join(root, 'results/global'));
    const suites = (await parse(await readFile(file, 'utf8'))) as {
      testsuite: { testcase: { name: string; failure?: unknown; skipped?: unknown; error?: unknown }[] }[];
    };
    const cases = suites.testsuite.flatMap((suite) => suite.testcase);
    expect(cases.length).to.equal(4);
    expect(cases.filter((one) => one.failure !== undefined).length).to.equal(1);
    expect(cases.filter((one) => one.skipped !== undefined).length).to.equal(1);
    expect(cases.filter((one) => one.error !== undefined).length).to.equal(1);
  });

  it('hands over an error when no run came to be, instead of a timeout', async () => {
    await handToSonobuoy(join(folder, 'results'), undefined, 2);
    const [file = ''] = await resultFiles(await snapshot(join(folder, 'results')));
    expect(await readFile(file, 'utf8')).to.contain('<error message="the run ended before it began');
  });

  it('is red when the run was, also where its JUnit is missing or was written before the end went wrong', async () => {
    for (const written of [undefined, '<testsuites><testcase name="a"/></testsuites>']) {
      const run = join(folder, `run-${written === undefined ? 'killed' : 'whole'}`);
      await mkdir(run, { recursive: true });
      await writeFile(join(run, 'results.jsonl'), '');
      if (written !== undefined) await writeFile(join(run, 'junit.xml'), written);
      const results = join(folder, `results-of-${basename(run)}`);
      await handToSonobuoy(results, run, 137);
      const files = await resultFiles(await snapshot(results));
      const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
      expect(texts.join('\n')).to.contain('<error message="the run ended with exit code 137');
      await rm(join(folder, 'snapshot'), { recursive: true });
    }
  });

  it('writes `done` last, so that no half file is taken', async () => {
    await handToSonobuoy(join(folder, 'results'), undefined, 2);
    expect(await readFile(join(folder, 'results/done'), 'utf8')).to.equal(join(folder, 'results/junit.xml'));
  });
});
