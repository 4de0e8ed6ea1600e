import { expect } from 'chai';
import { after, describe, it } from 'mocha';
import { filesBelow, fixture, removeReports, runEngine } from './run-engine.ts';

describe('the engine, misused', function () {
  this.timeout(180_000);
  after(removeReports);

  it('exits 64 with one line, no stack trace, and creates nothing', async () => {
    const refused: readonly (readonly [string[], RegExp, Record<string, string>?])[] = [
      [['--ip-famly', 'ipv4'], /option --ip-famly is unknown \(did you mean --ip-family\?\)/],
      [['-b', 'kube-proxy'], /--backend kube-proxy is unknown; allowed: stand-in stand-in\+broken/],
      [['--subject', 'stand-in', '--subject', 'stand-in+broken'], /one service-proxy a run.*e2e:matrix/],
      [['--subject', 'client-a'], /no selected spec judges kind api-client/],
      [[], /npm kept --grep for itself/, { npm_config_grep: 'true' }],
    ];
    for (const [argv, expected, env] of refused) {
      const run = await runEngine(['--specs', fixture('judged.spec.ts'), ...argv], {
        entry: 'stand-in',
        env: env ?? {},
      });
      expect(run.code, run.stderr).to.equal(64);
      expect(run.stderr.trimEnd()).to.match(expected).and.not.include('\n');
      expect(await filesBelow(run.reports)).to.deep.equal([]);
    }
  });

  it('prints help and tags', async () => {
    const help = await runEngine(['--help']);
    expect(help.code).to.equal(0);
    expect(help.stdout).to.match(/-i, --ip-family ipv4\|ipv6\|dual/);
    expect((await runEngine(['--list-tags'])).stdout).to.match(/^Known tags:\n {2}udp /);
    const subjects = await runEngine(['--list-subjects'], { entry: 'stand-in' });
    expect(subjects.stdout).to.match(/stand-in\+broken +service-proxy .*known bad; caught by udp\/judged/);
  });
});
