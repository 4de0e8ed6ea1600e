import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { describe, it } from 'mocha';
import type { Action, ActionStep } from '../harness/run/action.ts';
import { attemptLine, runStart, specInfo, wholeRun } from '../report/result-fixture.ts';
import { writeBundle } from './repro-bundle.ts';

const fakes = fileURLToPath(new URL('testdata/fake-bin', import.meta.url));
const namespace = 'udp-1a2b';
const pod = { apiVersion: 'v1', kind: 'Pod', namespace, name: 'server-1' };
const saw = (kind: string, name: string, ...addresses: string[]): ActionStep => ({
  do: 'saw',
  target: { apiVersion: 'v1', kind, name, ...(kind === 'Node' ? {} : { namespace }) },
  addresses,
});
const steps: readonly ActionStep[] = [
  saw('Node', 'shop-control-plane', '172.18.0.2'),
  saw('Node', 'shop-worker', '172.18.0.3'),
  saw('Node', 'shop-worker2', '172.18.0.4'),
  { do: 'apply', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } },
  { do: 'apply', object: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'svc', namespace } } },
  saw('Service', 'svc', '10.96.0.7'),
  {
    do: 'apply',
    object: {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'server-1', namespace } },
      spec: {
        nodeName: 'shop-worker2',
        containers: [{ name: 'main', image: 'staleproof/fixtures:0a', command: ['node', '/app/udp-server.mjs'] }],
      },
    },
  },
  saw('Pod', 'server-1', '10.244.2.5'),
  saw('Pod', 'client', '10.244.1.9'),
  { do: 'command', node: 'shop-worker', argv: ['ping', '-c', '1', '10.244.2.5'] },
  { do: 'patch', target: pod, patch: { metadata: { labels: { leaves: '10.96.0.7' } } } },
  { do: 'delete', target: pod, graceSeconds: 0 },
];
const message =
  'udp 10.244.1.9:12345 -> 10.96.0.7:80 on shop-worker after server-1 was deleted: expected its row to go, observed it stays: udp 10.244.1.9:12345 -> 10.96.0.7:80, reply from 10.244.2.5:80 [ASSURED], 899 s left';

async function failedRun(actions: readonly Action[] | undefined): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'repro-run-'));
  const line = attemptLine('fail', {
    spec: specInfo('udp/x'),
    artifacts: 'artifacts/udp/x/1',
    judgements: [{ id: 'row-removed', ok: false, outcome: 'row-stays', facts: {}, measures: {} }],
    failure: { name: 'JudgementError', message, expected: 'its row to go', observed: 'it stays on shop-worker' },
  });
  const start = runStart([line.spec]);
  const facts = { ...start.facts, cluster: 'shop', workers: '2' };
  const text = wholeRun([line], { ...start, facts }).map((one) => `${JSON.stringify(one)}\n`);
  await writeFile(join(folder, 'results.jsonl'), text.join(''));
  await mkdir(join(folder, line.artifacts), { recursive: true });
  await writeFile(join(folder, line.artifacts, 'events.txt'), 'Node shop-worker at 172.18.0.3\n');
  if (actions !== undefined)
    await writeFile(
      join(folder, line.artifacts, 'actions.jsonl'),
      actions.map((action) => `${JSON.stringify(action)}\n`).join(''),
    );
  return folder;
}

const recorded = steps.map((step) => ({ at: 0, ...step }));
const programs = () => Promise.resolve(new Map([['app/udp-server.mjs', Buffer.from('// listens')]]));
const plain = { anonymise: false, payload: false, programs };
const outFolder = async (): Promise<string> => join(await mkdtemp(join(tmpdir(), 'repro-')), 'bundle');

/** Runs the bundle from an empty folder on a stand-in cluster. */
async function reproduce(bundle: string, rows: string) {
  const cwd = await mkdtemp(join(tmpdir(), 'repro-empty-'));
  await writeFile(join(cwd, 'rows'), rows);
  const env = {
    PATH: `${fakes}${delimiter}${process.env['PATH'] ?? ''}`,
    CALLS: join(cwd, 'calls'),
    ROWS: join(cwd, 'rows'),
    STAYS: '2',
  };
  const result = await execa(join(bundle, 'reproduce.sh'), ['--here'], { cwd, env, reject: false, all: true });
  const { exitCode, all } = result;
  return { exitCode, all, calls: await readFile(env.CALLS, 'utf8') };
}

describe('a repro bundle', function () {
  this.timeout(60_000);

  it('holds a script that does the steps with what the new cluster chose, and sees the row that stays', async () => {
    const bundle = await outFolder();
    expect(await writeBundle(await failedRun(recorded), 'udp/x', bundle, plain)).to.deep.equal([]);
    expect(await readdir(join(bundle, 'programs'))).to.deep.equal(['udp-server.mjs']);
    const row = (backend: string): string =>
      `ipv4 2 udp 17 899 src=10.9.0.8 dst=10.96.9.9 sport=12345 dport=80 src=${backend} dst=10.9.0.8 sport=80 dport=12345 [ASSURED]\n`;
    const stale = await reproduce(bundle, row('10.9.0.7'));
    expect(stale.exitCode, stale.all).to.equal(1);
    expect(stale.all).to.match(/DEFECT: 2 s after the last step the row is still there: here-worker ipv4/);
    expect(stale.calls).to.contain('"nodeName": "here-worker2"').and.contain('ping -c 1 10.9.0.7');
    expect(stale.calls).to.contain('"leaves": "10.96.9.9"').and.contain('docker.io/library/node:20-bookworm');
    expect(stale.calls).to.contain(
      '-n udp-1a2b delete Pod server-1 --ignore-not-found --wait=false --grace-period=0 --force',
    );
    expect(stale.calls).to.contain('delete namespace udp-1a2b');
    const healthy = await reproduce(bundle, row('10.9.0.6'));
    expect(healthy.exitCode, healthy.all).to.equal(0);
  });

  it('says in ten lines what is expected, what was seen and how to see it again', async () => {
    const bundle = await outFolder();
    await writeBundle(await failedRun(recorded), 'udp/x', bundle, plain);
    const readme = await readFile(join(bundle, 'README.md'), 'utf8');
    expect(readme.slice(0, readme.indexOf('| file')).trim().split('\n')).to.have.lengthOf(10);
    expect(readme).to.contain('**Expected:** its row to go').and.contain('**Observed:** it stays on shop-worker');
    expect(readme).to.contain('`./reproduce.sh`').and.contain('kernel 6.18.0');
  });

  it('replaces names and addresses throughout, and still runs', async () => {
    const bundle = await outFolder();
    await writeBundle(await failedRun(recorded), 'udp/x', bundle, { ...plain, anonymise: true });
    for (const entry of await readdir(bundle, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name === 'kind.yaml' || entry.parentPath.endsWith('programs')) continue;
      const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
      expect(text, entry.name).not.to.match(/shop|udp-1a2b|10\.244\.|172\.18\.|10\.96\.0/);
    }
    const result = await reproduce(bundle, '');
    expect(result.exitCode, result.all).to.equal(0);
  });

  it('of an attempt without recorded steps is evidence alone, and says so', async () => {
    const bundle = await outFolder();
    const lacks = await writeBundle(await failedRun(undefined), 'udp/x', bundle, plain);
    expect(lacks.join()).to.match(/^No script: this attempt recorded no steps/);
    expect(await readdir(bundle)).to.deep.equal(['README.md', 'events.txt', 'facts.json']);
  });

  it('names what failed when the spec did not, and keeps a folder that holds something', async () => {
    const run = await failedRun(recorded);
    const tried = await writeBundle(run, 'udp/y', await outFolder(), plain).catch(String);
    expect(tried).to.match(/udp\/y was not run in run .*; what failed in this run: udp\/x/);
    expect(await writeBundle(run, 'udp/x', run, plain).catch(String)).to.match(/is not empty/);
  });
});
