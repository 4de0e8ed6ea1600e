import { expect } from 'chai';
import { describe, it } from 'mocha';
import { specsOfJunit, twinOf } from './upstream-conntrack.ts';

const it1 = '[It] [sig-network] Conntrack should be able to preserve UDP traffic when server pod cycles for a';
const xml = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="7000"><testsuite name="Kubernetes e2e suite">
  <testcase name="[ReportBeforeSuite]" classname="x" status="passed" time="0.001"></testcase>
  <testcase name="${it1} NodePort service" classname="x" status="passed" time="27.6"><system-err>log</system-err></testcase>
  <testcase name="${it1} ClusterIP service" classname="x" status="failed" time="75.5"><failure message="m" type="failed"></failure></testcase>
  <testcase name="${it1} ClusterIP service and client is hostNetwork" classname="x" status="failed" time="30"><failure message="context deadline exceeded" type="failed">[FAILED] context deadline exceeded
In [BeforeEach] at: framework.go:372</failure></testcase>
  <testcase name="[It] [sig-apps] Deployment" classname="x" status="skipped" time="0"><skipped message="skipped"></skipped></testcase>
</testsuite></testsuites>`;

describe('results of e2e.test', () => {
  it('are the Conntrack specs that ran, with verdict and time', () => {
    expect(specsOfJunit(xml).map(({ verdict, seconds }) => [verdict, seconds])).to.deep.equal([
      ['pass', 27.6],
      ['fail', 75.5],
      ['broken', 30],
    ]);
    expect(specsOfJunit('<testsuites></testsuites>')).to.deep.equal([]);
  });

  it('have a twin each among our specs', () => {
    const cycles = '[sig-network] Conntrack should be able to preserve UDP traffic when server pod cycles for a';
    const conntrack = '[sig-network] Conntrack';
    const titles = [
      `${cycles} NodePort service`,
      `${cycles} ClusterIP service`,
      `${cycles} ClusterIP service with InternalTrafficPolicy set to Local`,
      `${cycles} ClusterIP service and client is hostNetwork`,
      `${conntrack} should be able to preserve UDP traffic when initial unready endpoints get ready`,
      `${conntrack} proxy implementation should not be vulnerable to the invalid conntrack state bug [Privileged]`,
      `${conntrack} should be able to cleanup conntrack entries when UDP service target port changes for a NodePort service`,
    ];
    const found = titles.map(twinOf);
    expect(found).to.deep.equal([
      'udp/node-port-server-cycles',
      'udp/clusterip-server-cycles',
      'udp/internal-traffic-policy-local',
      'udp/host-network-client',
      'udp/unready-endpoint-becomes-ready',
      'udp/invalid-packets-keep-tcp',
      'udp/target-port-change',
    ]);
    expect(twinOf('[sig-network] Services should serve')).to.equal(undefined);
  });
});
