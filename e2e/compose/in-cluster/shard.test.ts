import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { describe, it } from 'mocha';
import { parseManifest } from '../../harness/cluster/kube/manifest.ts';
import { areas } from '../../areas/index.ts';
import { parseOptions } from '../../harness/run/options/parse.ts';
import { cliArguments, shardRequest } from './shard.ts';

const manifest = (name: string): string =>
  readFileSync(new URL(`../../../manifests/run/${name}`, import.meta.url), 'utf8');
type Env = readonly { readonly name: string; readonly value: string }[];
const envOf = (env: Env): Record<string, string> => Object.fromEntries(env.map(({ name, value }) => [name, value]));

async function jobEnv(args: readonly string[]): Promise<Record<string, string>> {
  const values = {
    ...{ NAME: 'x', NAMESPACE: 'n', SHARDS: '3', IMAGE: 'i:1' },
    ARGUMENTS: JSON.stringify(args).replaceAll("'", "''"),
  };
  const [job] = await parseManifest(manifest('job.yaml'), values);
  const pod = (job as unknown as { spec: { template: { spec: { containers: [{ env: Env }] } } } }).spec.template.spec;
  return envOf(pod.containers[0].env);
}

describe('a shard', () => {
  it('reads from the Job what the user asked for, quotes and all', async () => {
    const args = ['--tags', "udp && !slow && !/it's/", '--focus', '"x"'];
    const request = shardRequest({ ...(await jobEnv(args)), JOB_COMPLETION_INDEX: '2' });
    expect(request).to.deep.include({ job: 'x', namespace: 'n', shard: 3, shards: 3, image: 'i:1', args });
  });

  it('runs with options that a run accepts', async () => {
    const request = shardRequest({ ...(await jobEnv(['--tags', 'udp'])), JOB_COMPLETION_INDEX: '0' });
    const options = await parseOptions(cliArguments(request, '/work/reports'), {}, areas);
    expect(options).to.deep.include({ provider: 'existing', shard: '1/3', fixturesImage: 'i:1', tags: ['udp'] });
  });

  it('is the whole selection for Sonobuoy, whose plugin asks for what a run accepts', async () => {
    const plugin = load(manifest('sonobuoy-plugin.yaml')) as { spec: { env: Env; image: string } };
    const request = shardRequest(envOf(plugin.spec.env));
    expect(request).to.deep.include({
      shard: 1,
      shards: 1,
      sonobuoy: '/tmp/sonobuoy/results',
      image: plugin.spec.image,
    });
    expect(await parseOptions(cliArguments(request, 'reports'), {}, areas)).to.not.have.property('shard');
  });

  it('refuses what no Indexed Job sets', () => {
    expect(() => shardRequest({ STALEPROOF_SHARDS: '2', JOB_COMPLETION_INDEX: '2' })).to.throw(/Indexed Job/);
    expect(() => shardRequest({ STALEPROOF_ARGUMENTS: '{}' })).to.throw(/JSON list/);
  });
});
