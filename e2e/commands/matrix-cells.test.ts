import { expect } from 'chai';
import { describe, it } from 'mocha';
import { cellsJson, matrixCells, matrixExitCode } from './matrix-cells.ts';

const known = ['kube-proxy-iptables', 'kube-proxy-iptables+no-cleanup', 'kube-proxy-nftables'];

describe('matrix cells', () => {
  it('are every backend on every family, variants beside their twin on one cluster', () => {
    const cells = matrixCells([known[1]!, known[2]!, known[0]!], ['ipv4', 'ipv6'], known);
    expect(cells.map(({ name, keep }) => `${name}${keep ? ' keep' : ''}`)).to.deep.equal([
      'kube-proxy-iptables-ipv4 keep',
      'kube-proxy-iptables-no-cleanup-ipv4',
      'kube-proxy-nftables-ipv4',
      'kube-proxy-iptables-ipv6 keep',
      'kube-proxy-iptables-no-cleanup-ipv6',
      'kube-proxy-nftables-ipv6',
    ]);
  });

  it('refuses what it does not know, with what it knows', () => {
    expect(() => matrixCells(['cilium'], ['ipv4'], known)).to.throw(
      RangeError,
      /cilium is unknown; allowed: kube-proxy/,
    );
    expect(() => matrixCells(['kube-proxy-nftable'], ['ipv4'], known)).to.throw('did you mean kube-proxy-nftables?');
    expect(() => matrixCells([known[0]!], ['ipv5'], known)).to.throw('allowed are ipv4, ipv6, dual');
    expect(() => matrixCells([], ['ipv4'], known)).to.throw('need a name each');
  });

  it('go to a CI system as arguments', () => {
    const json = cellsJson(matrixCells([known[0]!], ['dual'], known), ['--tags', 'udp']);
    expect(JSON.parse(json)).to.deep.equal({
      include: [
        {
          name: 'kube-proxy-iptables-dual',
          backend: 'kube-proxy-iptables',
          family: 'dual',
          args: ['-b', 'kube-proxy-iptables', '-i', 'dual', '--tags', 'udp'],
        },
      ],
    });
  });

  it('end with the worst exit code', () => {
    expect(matrixExitCode([0, 2, 1, 0])).to.equal(1);
    expect(matrixExitCode([0, 2])).to.equal(2);
    expect(matrixExitCode([0, 64])).to.equal(2);
    expect(matrixExitCode([0, 130])).to.equal(130);
    expect(matrixExitCode([0, 0])).to.equal(0);
  });
});
