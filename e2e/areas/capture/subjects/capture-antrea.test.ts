import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Cluster } from '../../../harness/cluster/cluster.ts';
import { antreaObject, antreaView } from './capture-antrea-object.ts';
import { antreaMissing } from './capture-antrea.ts';
import type { SubjectContext } from '../../../harness/subject/subject.ts';

const request = { namespace: 'shop', name: 'capture', podName: 'web-0' } as const;
const metadata = { name: 'shop.capture', uid: 'u1' };
const began = {
  type: 'PacketCaptureStarted',
  status: 'True',
  reason: 'Started',
  lastTransitionTime: '2026-01-01T00:00:00Z',
};
const nodeOf = (pod: string): string => (pod === 'antrea-agent-x' ? 'worker' : 'unknown');

describe('Antrea’s PacketCapture', () => {
  it('asks for both directions of one pod, for as long as the kind allows', () => {
    const object = antreaObject(request, 'ipv4');
    expect(object.metadata).to.deep.equal({ name: 'shop.capture' });
    expect(object.spec).to.deep.equal({
      source: { pod: { namespace: 'shop', name: 'web-0' } },
      destination: {},
      direction: 'Both',
      packet: { ipFamily: 'IPv4' },
      timeout: 300,
      captureConfig: { firstN: { number: 2_147_483_647 } },
    });
    const limited = antreaObject({ ...request, limits: { packets: 5, seconds: 10 } }, 'ipv6').spec;
    expect(limited).to.deep.include({
      timeout: 10,
      packet: { ipFamily: 'IPv6' },
      captureConfig: { firstN: { number: 5 } },
    });
  });

  it('refuses what the kind cannot express', () => {
    expect(() => antreaObject({ namespace: 'shop', name: 'c', labels: { a: 'b' } }, 'ipv4')).to.throw('no labels');
    expect(() => antreaObject({ ...request, limits: { seconds: 301 } }, 'ipv4')).to.throw(
      'at most 300 s, asked for 301 s',
    );
  });

  it('names no instance, and no file before its end', () => {
    expect(antreaView({ apiVersion: '', kind: '', metadata }, nodeOf)).to.deep.include({
      phase: 'Pending',
      capturing: false,
      files: [],
    });
    const progressing = { type: 'PacketCaptureComplete', status: 'False', reason: 'Progressing' };
    const view = antreaView(
      { apiVersion: '', kind: '', metadata, status: { numberCaptured: 7, conditions: [began, progressing] } },
      nodeOf,
    );
    expect(view).to.deep.equal({
      uid: 'u1',
      phase: 'Capturing',
      capturing: true,
      reason: 'Progressing',
      podUID: undefined,
      files: [],
    });
  });

  it('tells a capture that never started from one that waits', () => {
    const conditions = [{ type: 'PacketCaptureStarted', status: 'False', reason: 'NotStarted', message: 'no room' }];
    const view = antreaView({ apiVersion: '', kind: '', metadata, status: { conditions } }, nodeOf);
    expect(view).to.deep.include({ phase: 'Pending', reason: 'NotStarted: no room' });
  });

  it('says where the file of a complete capture is, and how it ended', () => {
    const over = {
      type: 'PacketCaptureComplete',
      status: 'True',
      reason: 'Timeout',
      lastTransitionTime: '2026-01-01T00:05:00Z',
    };
    const filePath = 'antrea-agent-x:/tmp/antrea/packetcapture/packets/shop.capture.pcapng';
    const status = { numberCaptured: 9, filePath, conditions: [began, over] };
    const view = antreaView({ apiVersion: '', kind: '', metadata, status }, nodeOf);
    expect(view).to.deep.include({ phase: 'Completed', capturing: false, reason: 'Timeout' });
    expect(view.files).to.deep.equal([
      {
        epoch: 1,
        podUID: undefined,
        sandboxID: undefined,
        nodeName: 'worker',
        path: `kube-system/${filePath}`,
        startedAtMs: Date.parse('2026-01-01T00:00:00Z'),
        endedAtMs: Date.parse('2026-01-01T00:05:00Z'),
        endReason: 'Timeout',
        packets: 9,
      },
    ]);
    const failed = antreaView(
      {
        apiVersion: '',
        kind: '',
        metadata,
        status: { conditions: [began, { ...over, reason: 'Failed', message: 'x' }] },
      },
      nodeOf,
    );
    expect(failed).to.deep.include({ phase: 'Failed', reason: 'Failed: x' });
    expect(failed.files).to.deep.equal([]);
  });

  it('needs Antrea, its kind and its feature gate', async () => {
    expect((await missing({})).join())
      .to.contain('kube-system/antrea-agent')
      .and.contain('--provider existing');
    const off = {
      'antrea-agent': {},
      'antrea-config': { data: { 'antrea-agent.conf': 'featureGates:\n#  PacketCapture: true\n' } },
    };
    const lines = await missing(off);
    expect(lines).to.have.length(2);
    expect(lines[0]).to.contain('packetcaptures.crd.antrea.io');
    expect(lines[1]).to.contain('featureGates PacketCapture: true');
    const config = { data: { 'antrea-agent.conf': 'featureGates:\n  PacketCapture: true\n' } };
    const all = { 'antrea-agent': {}, 'packetcaptures.crd.antrea.io': {}, 'antrea-config': config };
    expect(await missing(all)).to.deep.equal([]);
  });
});

function missing(objects: Readonly<Record<string, object>>): Promise<readonly string[]> {
  const get = (_version: string, _kind: string, name: string): Promise<object | undefined> =>
    Promise.resolve(objects[name]);
  const cluster = { api: { get } } as unknown as Cluster;
  return antreaMissing({ cluster, signal: new AbortController().signal } as SubjectContext);
}
