import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { Areas } from '../../../harness/area/areas.ts';
import { optionSchema } from '../../../harness/run/options/option-schema.ts';
import { race } from '../area.ts';
import { parseOptions } from '../../../harness/run/options/parse.ts';
import { checkPeriods, readRaceOptions, runArguments } from './race-config.ts';

const { infos } = await optionSchema(new Areas([race]));

describe('options of npm run race', () => {
  let folder = '';
  const file = (text: string): string => {
    const path = join(folder, 'test_config.yaml');
    writeFileSync(path, text);
    return path;
  };
  before(() => (folder = mkdtempSync(join(tmpdir(), 'race-config-'))));
  after(() => rmSync(folder, { recursive: true }));
  const refused = async (argv: readonly string[]): Promise<string> =>
    readRaceOptions(argv, infos, join(folder, 'none.yaml')).then(
      () => 'accepted',
      (error: unknown) => (error as Error).message,
    );

  it('reads the keys of the config file', async () => {
    const path = file('npa_namespace: net\nnpa_pod_label: app=agent\nkernel_timeout: 30\ncleanup_period: 60\n');
    expect(await readRaceOptions(['-i', '30', '-c', path, '-v'], infos)).to.include({
      mode: 'ballast',
      provider: 'existing',
      iterations: 30,
      verbose: true,
      subject: 'npa@installed',
      npaNamespace: 'net',
      npaPodLabel: 'app=agent',
      kernelTimeoutMs: 30_000,
      cleanupPeriodMs: 60_000,
    });
  });

  it('finds test_config.yaml by itself and knows the labels of the real agent', async () => {
    const path = file('kernel_timeout: 20\n');
    expect(await readRaceOptions([], infos, path)).to.include({
      kernelTimeoutMs: 20_000,
      npaPodLabel: 'k8s-app=aws-node',
    });
  });

  it('refuses a cleanup period that leaves the kernel no time to forget', async () => {
    const path = file('kernel_timeout: 60\ncleanup_period: 60\n');
    expect(await refused(['-c', path])).to.contain('cleanup_period (60 s) must exceed kernel_timeout (60 s)');
    expect(() => checkPeriods('f', 10, 20)).not.to.throw();
  });

  it('takes durations as Go writes them', async () => {
    const path = file('kernel_timeout: 1m30s\ncleanup_period: 5m0s\n');
    expect(await readRaceOptions(['-c', path], infos)).to.include({
      kernelTimeoutMs: 90_000,
      cleanupPeriodMs: 300_000,
    });
    expect(await refused(['-c', file('kernel_timeout: 1m30\n')])).to.contain(
      'kernel_timeout: expected seconds or a duration like 30s or 1m30s, got 1m30',
    );
  });

  it('names files in the caller’s folder, since the run begins in another', async () => {
    const path = relative(process.cwd(), file('kubeconfig: own/config\n'));
    const options = await readRaceOptions(['-c', path], infos);
    expect(options.config).to.equal(join(folder, 'test_config.yaml'));
    expect(options.kubeconfig).to.equal(join(process.cwd(), 'own/config'));
  });

  it('gives the run nothing that the run refuses, or refuses it itself', async () => {
    const checked = async (text: string): Promise<string> => {
      const options = await readRaceOptions(['-c', file(text)], infos);
      return parseOptions(runArguments(options, 'reports'), {}, new Areas([race])).then(
        () => 'accepted',
        (error: unknown) => (error as Error).message,
      );
    };
    expect(await checked('kernel_timeout: 30\n')).to.equal('accepted');
    expect(await checked('race_flows: many\n')).to.contain('test_config.yaml: --race-flows: expected a whole number');
  });

  it('names what is wrong with its arguments', async () => {
    expect(await refused(['-i', 'many'])).to.contain('-i many');
    expect(await refused(['-c', join(folder, 'absent.yaml')])).to.contain('no such file');
    expect(await refused(['--mode', 'held'])).to.contain('only with --provider kind');
    expect(await refused(['-c', file('kernel_timout: 3\n')])).to.contain('did you mean kernel-timeout');
    expect(await refused(['--providor', 'kind'])).to.equal('option --providor is unknown (did you mean --provider?)');
  });
});
