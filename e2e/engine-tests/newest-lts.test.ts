import { expect } from 'chai';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';
import { ensureNodeRuntime, newestLtsVersion } from '../../hack/images/node-runtime.ts';
import { createSteps } from '../../hack/process/steps.ts';
import { fixture, removeReports, repository, runEngine } from './run-engine.ts';

describe(`the engine on Node ${newestLtsVersion}`, function () {
  this.timeout(300_000);
  let node = '';
  before(async () => {
    ({ path: node } = await ensureNodeRuntime({ steps: createSteps(() => undefined) }, newestLtsVersion));
    const { stdout } = await execa(node, ['-p', 'process.version + " " + process.release.lts']);
    expect(stdout, 'a release with long-term support').to.match(new RegExp(`^v${newestLtsVersion} [A-Z]`));
  });
  after(removeReports);

  it('gives the same verdicts, under tsx and by its own type stripping', async () => {
    for (const flags of [['--import', 'tsx'], []]) {
      const run = await runEngine(['--specs', fixture('verdicts.spec.ts')], { node: [node, ...flags] });
      expect(run.code, run.stderr).to.equal(1);
      expect(run.start?.facts['node']).to.equal(`v${newestLtsVersion}`);
      expect(run.attempts.map((line) => line.verdict).sort()).to.deep.equal([
        'fail',
        'fail',
        'inconclusive',
        'inconclusive',
        'infrastructure-error',
        'pass',
        'skip',
      ]);
    }
  });

  it('tells whose stray error it was, and cleans up on Ctrl-C', async () => {
    const strays = await runEngine(['--specs', fixture('strays.spec.ts'), '--grace', '100ms'], { node: [node] });
    expect(Object.fromEntries(strays.attempts.map((line) => [line.spec.id, line.verdict]))).to.include({
      'udp/bystander': 'pass',
      'udp/floating-rejection': 'infrastructure-error',
      'udp/timer-throws': 'fail',
    });
    const interrupted = await runEngine(['--specs', fixture('waiting.spec.ts'), '-v'], {
      node: [node],
      env: { WAIT_MS: '55000' },
      when: ['step: waiting', (child) => child.kill('SIGINT')],
    });
    expect(interrupted.code).to.equal(130);
  });

  it("passes the engine's unit tests", async () => {
    const files = ['scheduler', 'tags', 'verdict', 'redact', 'select', 'options/parse'];
    const mocha = [
      'node_modules/mocha/bin/mocha.js',
      '--no-config',
      '--require',
      'tsx',
      '--extension',
      'ts',
      '--reporter',
      'dot',
    ];
    const tests = files.map((file) => `e2e/harness/run/${file}.test.ts`);
    const result = await execa(node, [...mocha, ...tests], { cwd: repository, reject: false });
    expect(result.exitCode, result.stdout).to.equal(0);
  });
});
