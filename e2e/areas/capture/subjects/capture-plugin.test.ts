import { expect } from 'chai';
import { describe, it } from 'mocha';
import { pluginPod, pluginView, type PluginPod } from './capture-plugin-pod.ts';
import { pluginCapture } from './capture-plugin.ts';
import type { SubjectContext } from '../../../harness/subject/subject.ts';
import { parsePodFile, podFilePath } from './capture-pod-file.ts';

const request = { namespace: 'shop', name: 'capture', podName: 'web-0' } as const;
const target = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-0' },
  spec: { nodeName: 'worker' },
  status: { containerStatuses: [{ containerID: 'containerd://0123abcd' }] },
};
const sniffer: PluginPod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'plugin-capture', namespace: 'shop', uid: 'u1' },
  spec: { nodeName: 'worker' },
  status: {
    phase: 'Running',
    startTime: '2026-01-01T00:00:00Z',
    containerStatuses: [{ state: { running: {} } }],
  },
};
const listening = 'tcpdump: listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n';

describe('a capture in the manner of kubectl plugins', () => {
  it('is a privileged pod on the target’s node that is told the container ID once', () => {
    const pod = pluginPod({ ...request, limits: { packets: 5, seconds: 10 } }, target, 'tools:1');
    const text = JSON.stringify(pod);
    expect(pod).to.deep.include({
      kind: 'Pod',
      metadata: {
        name: 'plugin-capture',
        namespace: 'shop',
        labels: { 'app.kubernetes.io/name': 'stand-in-kubectl-plugin' },
      },
    });
    for (const part of ['"nodeName":"worker"', '"hostPID":true', '"privileged":true', '"image":"tools:1"', '0123abcd'])
      expect(text).to.contain(part);
    expect(text).to.contain('timeout -s INT 10 nsenter').and.contain('-c 5 -w /captures/capture.pcap');
    expect(JSON.stringify(pluginPod(request, target, 'tools:1'))).to.not.match(/timeout| -c \d/);
  });

  it('refuses labels and a pod that does not run', () => {
    const labels = { namespace: 'shop', name: 'c', labels: { a: 'b' } };
    expect(() => pluginPod(labels, target, 'i')).to.throw('no labels');
    expect(() => pluginPod(request, undefined, 'i')).to.throw('shop/web-0 does not exist');
    expect(() => pluginPod(request, { ...target, status: {} }, 'i')).to.throw('has no container yet');
  });

  it('captures once tcpdump listens, not when its pod runs', () => {
    expect(pluginView(sniffer, '')).to.deep.include({ phase: 'Pending', capturing: false, files: [] });
    const view = pluginView(sniffer, listening);
    expect(view).to.deep.include({ phase: 'Capturing', capturing: true, podUID: undefined });
    expect(view.files[0]).to.deep.include({
      nodeName: 'worker',
      path: 'shop/plugin-capture:/captures/capture.pcap',
      endedAtMs: undefined,
      podUID: undefined,
    });
  });

  it('has ended when tcpdump has, with its count, while its pod still runs', () => {
    const log = `${listening}12 packets captured\n14 packets received by filter\ntcpdump ended with 1 at 1767225600\n`;
    const view = pluginView(sniffer, log);
    expect(view).to.deep.include({ phase: 'Completed', capturing: false });
    expect(view.files[0]).to.deep.include({ packets: 12, endReason: 'exit code 1', endedAtMs: 1_767_225_600_000 });
  });

  it('has failed when tcpdump never listened', () => {
    const log = 'no process of container 0123abcd\n';
    const view = pluginView({ ...sniffer, status: { phase: 'Failed' } }, log);
    expect(view).to.deep.include({ phase: 'Failed', reason: 'no process of container 0123abcd', files: [] });
  });

  it('takes the image that is given, else the suite’s own, and says that it is a stand-in', async () => {
    const context = (options: Record<string, unknown>): SubjectContext =>
      ({ options, fixturesImage: 'own:1' }) as unknown as SubjectContext;
    const plugin = pluginCapture();
    expect((await plugin.info(context({}))).versions).to.deep.equal({ image: 'own:1' });
    const info = await plugin.info(context({ captureImage: 'tools:1' }));
    expect(info.versions).to.deep.equal({ image: 'tools:1' });
    expect(info.remarks.join()).to.contain('stand-in');
  });

  it('has a known-bad variant that looks for the name whenever a capture ends', () => {
    const text = JSON.stringify(pluginPod(request, target, 'tools:1', 'by-name'));
    expect(text).to.contain('HOSTNAME=$POD_NAME').and.contain('while :').and.contain('"value":"web-0"');
    expect(text).to.contain('--immediate-mode');
    expect(JSON.stringify(pluginPod(request, target, 'tools:1', 'buffered'))).to.not.contain('immediate');
    expect(pluginCapture('by-name').name).to.equal('stand-in-kubectl-plugin+by-name');
  });
});

describe('a capture file in a pod', () => {
  it('is named by namespace, pod and path', () => {
    const file = { namespace: 'shop', pod: 'p', path: '/captures/a:b.pcap' };
    expect(parsePodFile(podFilePath(file))).to.deep.equal(file);
    expect(() => parsePodFile('/var/lib/x.pcap')).to.throw('expected a capture file as <namespace>/<pod>:<path>');
  });
});
