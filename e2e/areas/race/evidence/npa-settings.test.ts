import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type AgentPod, npaSettings } from './npa-settings.ts';

function pod(...args: readonly string[]): AgentPod {
  const volumeMounts = [
    { name: 'root', mountPath: '/var' },
    { name: 'log', mountPath: '/var/log/aws-routed-eni' },
  ];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'aws-node-1' },
    spec: {
      containers: [{ name: 'aws-node' }, { name: 'agent', args, volumeMounts }],
      volumes: [{ name: 'root' }, { name: 'log', hostPath: { path: '/srv/logs' } }],
    },
  };
}

describe('settings of a network policy agent', () => {
  it('are upstream’s defaults where its flags are silent', () => {
    expect(npaSettings(pod(), 'agent')).to.deep.equal({
      cleanupPeriodMs: 300_000,
      mapSize: 524_288,
      log: undefined,
      logLevel: undefined,
    });
    expect(npaSettings(pod('--log-level=INFO'), 'agent').logLevel).to.equal('info');
    expect(npaSettings(pod('--conntrack-cache-cleanup-period=5'), 'other').cleanupPeriodMs).to.equal(300_000);
  });

  it('are read in both forms of a flag', () => {
    const given = pod('--conntrack-cache-cleanup-period=10', '--conntrack-cache-table-size', '32768');
    expect(npaSettings(given, 'agent')).to.deep.include({ cleanupPeriodMs: 10_000, mapSize: 32_768 });
  });

  it('are those of no other flag where a flag is absent, and of the last where one is repeated', () => {
    expect(npaSettings(pod('--enable-ipv6=false', '--x=y'), 'agent')).to.deep.equal({
      ...{ cleanupPeriodMs: 300_000, mapSize: 524_288, log: undefined, logLevel: undefined },
    });
    const twice = pod('--conntrack-cache-cleanup-period=5', '--conntrack-cache-cleanup-period=60');
    expect(npaSettings(twice, 'agent').cleanupPeriodMs).to.equal(60_000);
    for (const word of ['5m', ''])
      expect(() => npaSettings(pod(`--conntrack-cache-cleanup-period=${word}`), 'agent')).to.throw(
        `--conntrack-cache-cleanup-period is "${word}", expected a whole number`,
      );
  });

  it('say where on the node the log is, or that it is the container’s own', () => {
    expect(npaSettings(pod('--log-file=/var/log/aws-routed-eni/npa.log'), 'agent').log).to.equal('/srv/logs/npa.log');
    expect(npaSettings(pod('--log-file=/var/run/npa.log'), 'agent').log).to.equal(undefined);
    for (const streams of ['stdout', 'stderr', ''])
      expect(npaSettings(pod(`--log-file=${streams}`), 'agent').log).to.equal('container');
  });
});
