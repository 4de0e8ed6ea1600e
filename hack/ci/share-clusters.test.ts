import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Lane } from '../../e2e/harness/area/area-in-ci.ts';
import { lanes } from './lanes.ts';
import { shareClusters } from './share-clusters.ts';

const kept = ['--keep', '--reuse'];
const lane = (name: string, ...args: readonly string[]): Lane => ({ name, args, exit: 0 });

describe('lanes that share clusters', () => {
  it('follow each other, name their proxy, and take the cluster down at the last one', () => {
    const given = [
      lane('udp', '-b', 'kube-proxy-iptables', ...kept),
      { ...lane('udp, bad', '-b', 'kube-proxy-iptables+no-cleanup', ...kept), last: true as const },
      lane('other', '-b', 'kube-proxy-nftables', ...kept),
      lane('clients', '--subject', 'node-socket'),
      lane('race', '--subject', 'npa@1.4.3', ...kept),
    ];
    expect(shareClusters(given, 'kube-proxy-iptables')).to.deep.equal([
      lane('udp', '-b', 'kube-proxy-iptables', ...kept),
      lane('udp, bad', '-b', 'kube-proxy-iptables+no-cleanup', ...kept),
      { ...lane('race', '-b', 'kube-proxy-iptables', '--subject', 'npa@1.4.3', ...kept), last: true },
      { ...lane('other', '-b', 'kube-proxy-nftables', ...kept), last: true },
      lane('clients', '--subject', 'node-socket'),
    ]);
  });

  it('are those of CI: none is lost, and no cluster outlives its last lane', () => {
    const words = lanes.map(({ args }) => (args.includes('--reuse') ? args[args.indexOf('-b') + 1] : undefined));
    for (const [index, { last }] of lanes.entries()) {
      const word = words[index]?.replace(/\+.*/, '');
      const later = words.slice(index + 1).map((each) => each?.replace(/\+.*/, ''));
      if (word !== undefined) expect(last === true).to.equal(!later.includes(word));
    }
    expect(new Set(lanes.map(({ name }) => name)).size).to.equal(lanes.length);
    expect(lanes.filter(({ last }) => last === true)).to.have.length(2);
  });
});
