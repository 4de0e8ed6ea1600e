/** `npm run in-cluster` in a process of its own, against a server whose ConfigMaps and pods somebody else wrote. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { FakeApiServer } from '../harness/cluster/kube/fake-api-server.ts';

const entry = fileURLToPath(new URL('in-cluster.ts', import.meta.url));
const namespace = '/api/v1/namespaces/staleproof-system';
const resource = (name: string, kind: string) => ({ name, kind, namespaced: true });

describe('in-cluster against a hostile cluster', function () {
  this.timeout(120_000);
  let folder: string;
  let server: FakeApiServer;
  let run: string;
  let log: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'staleproof-in-cluster-'));
    server = await FakeApiServer.start('a-token-of-a-fake-server');
    const v1 = [resource('pods', 'Pod'), resource('configmaps', 'ConfigMap')];
    server.on('GET', '/api/v1', () => ({ kind: 'APIResourceList', resources: v1 }));
    server.on('GET', '/apis/batch/v1', () => ({ kind: 'APIResourceList', resources: [resource('jobs', 'Job')] }));
    server.on('GET', /\/jobs\/staleproof$/, () => ({ metadata: { name: 'staleproof' }, spec: { completions: 1 } }));
    const labels = { 'batch.kubernetes.io/job-completion-index': '0' };
    const pod = { metadata: { name: 'staleproof-0-x', labels }, status: { phase: 'Succeeded' } };
    server.on('GET', `${namespace}/pods`, () => ({ kind: 'PodList', items: [pod] }));
    server.on('GET', `${namespace}/pods/staleproof-0-x/log`, () => log);
    server.on('GET', `${namespace}/configmaps/staleproof-shard-1`, () => ({
      metadata: { name: 'staleproof-shard-1' },
      data: { exitCode: '0', chunks: '0', sha256: 'e3b0', run },
    }));
  });
  afterEach(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const command = (...argv: readonly string[]) =>
    execa(process.execPath, ['--import', 'tsx', entry, ...argv, '--kubeconfig', server.kubeconfig, '--insecure-http'], {
      cwd: dirname(dirname(dirname(entry))),
      reject: false,
      stdin: 'ignore',
    });

  it('writes nothing outside of --out, nor in it, for a run whose name is a way out', async () => {
    const victim = join(folder, 'victim/.ssh');
    await mkdir(victim, { recursive: true });
    await writeFile(join(victim, 'authorized_keys'), 'untouched');
    const out = join(folder, 'a/b/out');
    run = '../../../../victim/.ssh';
    const { exitCode, stdout, stderr } = await command('retrieve', '--out', out);
    expect(stderr).to.equal(
      'staleproof in-cluster: ConfigMap staleproof-system/staleproof-shard-1: "../../../../victim/.ssh" is no name of a run: expected lower-case letters, digits and -',
    );
    expect([exitCode, stdout]).to.deep.equal([2, '']);
    expect(await readdir(folder)).to.deep.equal(['victim']);
    expect(await readdir(victim)).to.deep.equal(['authorized_keys']);
    expect(await readFile(join(victim, 'authorized_keys'), 'utf8')).to.equal('untouched');
  });

  it('shows what a pod has logged, and nothing in it acts on a terminal or a CI runner', async () => {
    run = 'run-1';
    log = [
      'an honest line',
      '\u001b[2K\u001b[1A\u001b]0;title\u0007all specs passed',
      '::error::owned',
      '  ::set-output name=x::owned',
      '##[error]owned',
      'one line\r::error::two lines\u2028::warning::three\u009b31m',
      '',
    ].join('\n');
    const { exitCode, stdout, stderr } = await command('logs');
    expect([exitCode, stderr]).to.deep.equal([0, '']);
    // eslint-disable-next-line no-control-regex -- these are what must not be there
    expect(stdout).to.not.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
    expect(stdout).to.not.match(/^\s*::|##\[/m);
    const lines = stdout.split('\n');
    expect(lines, 'no line was made or hidden').to.have.length(6);
    expect(lines.map((line) => line.slice(0, 3))).to.deep.equal(Array(6).fill('1| '));
    expect(lines[0]).to.equal('1| an honest line');
    expect(lines[1]).to.include('all specs passed');
    expect(lines[2]).to.match(/^1\| .*error.*owned$/);
  });
});
