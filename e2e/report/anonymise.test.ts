import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Anonymiser } from './anonymise.ts';

describe('anonymised text', () => {
  it('has the same word for the same name, and keeps what every cluster has', () => {
    const anonymiser = new Anonymiser();
    for (const name of ['web', 'web-2']) anonymiser.keep('node', name);
    anonymiser.keep('namespace', 'kube-system');
    expect(anonymiser.text('web-2 and web, web-2; kube-system/kube-proxy on web.')).to.equal(
      'node-2 and node-1, node-2; kube-system/kube-proxy on node-1.',
    );
    expect(anonymiser.text('website web-20 my-web')).to.equal('website web-20 my-web');
  });

  it('has no address of either family, and keeps versions and times', () => {
    const anonymiser = new Anonymiser();
    expect(anonymiser.text('10.96.0.10:53, 10.96.0.10 and 192.168.1.7')).to.equal(
      'address-1:53, address-1 and address-2',
    );
    expect(anonymiser.text('[fd00:10:96::a]:53 fd00:10:96::a ::1 2001:db8:0:1:2:3:4:5')).to.equal(
      '[address-3]:53 address-3 address-4 address-5',
    );
    expect(anonymiser.text('v1.31.0 1.36.3 at 2026-11-30T23:57:55Z, 12:30:01')).to.equal(
      'v1.31.0 1.36.3 at 2026-11-30T23:57:55Z, 12:30:01',
    );
  });

  it('has no private registry, no API server and no user of an error', () => {
    const anonymiser = new Anonymiser();
    const text =
      'image harbor.corp.example.com/proxy/kube-proxy:v1.31.0; pods is forbidden: User "alice@corp" cannot list; GET /api at api.prod.example.com:6443';
    expect(anonymiser.text(text)).to.equal(
      'image host-1/proxy/kube-proxy:v1.31.0; pods is forbidden: User "user-1" cannot list; GET /api at host-2:6443',
    );
    const link = 'https://github.com/kubernetes/kubernetes/pull/130542 registry.k8s.io/kube-proxy:v1.31.0';
    expect(anonymiser.text(link)).to.equal(link);
  });

  it('is made of every string of plain data', () => {
    const anonymiser = new Anonymiser();
    anonymiser.keep('node', 'n1');
    expect(anonymiser.data({ a: ['n1', 3, null], n1: { b: 'on n1' } })).to.deep.equal({
      a: ['node-1', 3, null],
      n1: { b: 'on node-1' },
    });
  });
});
