/** One secret of each kind, in each field of a kubeconfig, in a run that fails in each phase: nobody may read one afterwards. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { FakeApiServer } from '../harness/cluster/kube/fake-api-server.ts';
import {
  planted,
  plantedEnvironment,
  type PlantedConfig,
  plantKubeconfig,
  secretsIn,
  tellings,
} from './planted-secrets.ts';
import { type EngineRun, filesBelow, fixture, removeReports, runEngine } from './run-engine.ts';

describe('secrets of a run', function () {
  this.timeout(180_000);
  let folder: string;
  let server: FakeApiServer;
  let unplanted: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'staleproof-planted-'));
    await writeFile(join(folder, 'tell.json'), JSON.stringify(tellings()));
    server = await FakeApiServer.start('unused');
    server.serveCore();
    server.on('GET', '/api/v1/namespaces', () => ({ kind: 'NamespaceList', items: [] }));
    unplanted = `http://127.0.0.1:${server.port}`;
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
    await removeReports();
  });

  async function run(config: PlantedConfig, standIn = ''): Promise<EngineRun> {
    const kubeconfig = await plantKubeconfig(join(folder, 'home'), config);
    const existing = ['--provider', 'existing', '--kubeconfig', kubeconfig, '--insecure-http'];
    return runEngine(['--specs', fixture('tells.spec.ts'), ...existing, '-v'], {
      entry: 'stand-in',
      env: { ...plantedEnvironment, STAND_IN: standIn, TELL: join(folder, 'tell.json') },
      withReports: true,
    });
  }

  /** Where each secret can be read; empty when nowhere. */
  async function told({ stdout, stderr, folder: results }: EngineRun): Promise<readonly string[]> {
    const files = await filesBelow(results);
    expect(files, 'reports were written').to.include.members([
      'results.jsonl',
      'junit.xml',
      'index.html',
      'summary.md',
    ]);
    const texts = await Promise.all(
      files.map(async (name) => [name, await readFile(join(results, name), 'utf8')] as const),
    );
    return [
      ['stdout', stdout] as const,
      ['stderr', stderr] as const,
      ['file names', files.join('\n')] as const,
      ...texts,
    ].flatMap(([where, text]) => secretsIn(text).map((found) => `${where}: ${found}`));
  }

  it('would be found: the search sees each of them in each form', () => {
    for (const line of tellings().filter((text) => !text.startsWith('cut')))
      expect(secretsIn(`<p>${line}</p>`), line).to.not.deep.equal([]);
    expect(secretsIn(JSON.stringify({ a: Buffer.from(`x ${planted.token}`).toString('base64') }))).to.not.deep.equal(
      [],
    );
  });

  it('are not told of a kubeconfig that cannot be read', async () => {
    const failed = await run({ style: 'flow', server: unplanted, user: 'token', broken: '\n\t- {token: *planted\n' });
    expect(failed.stdout).to.match(/set-up failed: kubeconfig .*: it is no YAML/);
    expect([failed.code, await told(failed)]).to.deep.equal([2, []]);
  });

  it('are not told of a login whose plugin says all and fails', async () => {
    const failed = await run({ style: 'lines', server: unplanted, user: 'plugin', plugin: 'fails' });
    expect(failed.stdout).to.match(/set-up failed: .*the login of its user failed/);
    expect([failed.code, await told(failed)]).to.deep.equal([2, []]);
  });

  it('are not told of a server that refuses the connection', async () => {
    const failed = await run({
      style: 'json',
      server: `http://planted:${encodeURIComponent(planted.proxyPassword)}@127.0.0.1:9`,
      user: 'basic',
    });
    expect(failed.stdout).to.match(/set-up failed: GET \/api\/v1 at 127\.0\.0\.1:9: .*ECONNREFUSED/);
    expect([failed.code, await told(failed)]).to.deep.equal([2, []]);
  });

  it('are not told of a 401 that quotes them, that of a plugin too', async () => {
    const strict = await FakeApiServer.start('unused');
    try {
      strict.fail('GET', /./, 401, 'Unauthorized', tellings().join('\n'));
      const config = { style: 'folded', server: `http://127.0.0.1:${strict.port}`, user: 'plugin' } as const;
      const failed = await run(config);
      expect(failed.stdout).to.match(/set-up failed: GET \/api\/v1: 401 Unauthorized: it is as it is "\[redacted\]"/);
      expect([failed.code, await told(failed)]).to.deep.equal([2, []]);
    } finally {
      await strict.stop();
    }
  });

  it('are not told of a set-up that says them and fails with them', async () => {
    const failed = await run({ style: 'folded', server: unplanted, user: 'plugin' }, 'tells-in-set-up');
    expect(failed.stdout).to.include('set-up failed: it is as it is "[redacted]"');
    expect([failed.code, await told(failed)]).to.deep.equal([2, []]);
  });

  it('are not told of specs, diagnostics and clean-ups that say them and fail with them', async () => {
    const failed = await run({ style: 'blocks', server: unplanted, user: 'plugin' }, 'tells');
    expect(failed.attempts.map(({ spec, verdict }) => `${spec.id} ${verdict}`)).to.have.members([
      'udp/tells-and-fails fail',
      'udp/tells-and-throws infrastructure-error',
      'udp/tells-and-cannot-say inconclusive',
      'udp/tells-in-a-stray infrastructure-error',
    ]);
    expect(failed.stdout).to.include('removing the environment: it is as it is "[redacted]"');
    expect([failed.code, await told(failed)]).to.deep.equal([1, []]);
  });
});
