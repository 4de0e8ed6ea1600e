import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ClusterState } from './cluster-state.ts';

const service = (name: string, spec: object, status: object = {}) => ({
  metadata: { name, namespace: 'shop' },
  spec,
  status,
});
const slice = (name: string, of: string, ports: readonly object[], endpoints: readonly object[]) => ({
  ...{ metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': of } }, ports, endpoints },
});

function stateOf(add: (state: ClusterState) => void, node = 'worker') {
  const state = new ClusterState();
  add(state);
  return state.ofNode(node);
}

describe('what rows should look like', () => {
  it('is each port of a Service with the endpoints of all slices of its name', () => {
    const ports = [
      { name: 'a', protocol: 'UDP', port: 53, nodePort: 30053 },
      { name: 'b', protocol: 'UDP', port: 54 },
    ];
    const { ports: found } = stateOf((state) => {
      state.addService(service('dns', { clusterIPs: ['10.96.0.9', 'fd00::9'], externalIPs: ['192.0.2.1'], ports }));
      state.addSlice(
        slice(
          's1',
          'dns',
          [
            { name: 'a', protocol: 'UDP', port: 1 },
            { name: 'b', protocol: 'UDP', port: 2 },
          ],
          [{ addresses: ['10.244.1.2'], nodeName: 'worker' }],
        ),
      );
      state.addSlice(
        slice('s2', 'dns', [{ name: 'a', protocol: 'UDP', port: 3 }], [{ addresses: ['10.244.1.3'], nodeName: 'w2' }]),
      );
      state.addSlice(slice('s3', 'other', [{ name: 'a', protocol: 'UDP', port: 4 }], [{ addresses: ['10.244.1.4'] }]));
    });
    expect(
      found.map(({ port, nodePort, endpoints }) => [
        port,
        nodePort,
        endpoints.map(({ ip, port: to, node }) => `${ip}:${to} ${node}`),
      ]),
    ).to.deep.equal([
      [53, 30053, ['10.244.1.2:1 worker', '10.244.1.3:3 w2']],
      [54, 0, ['10.244.1.2:2 worker']],
    ]);
    expect(found[0]?.frontends.map(({ kind, ip }) => `${kind} ${ip}`)).to.deep.equal([
      'cluster-ip 10.96.0.9',
      'cluster-ip fd00::9',
      'external-ip 192.0.2.1',
    ]);
  });

  it('counts an endpoint that terminates and serves, and no other that is not ready', () => {
    const conditions = [
      {},
      { ready: true },
      { ready: false, serving: true, terminating: true },
      { ready: false, serving: false },
      { ready: false },
    ];
    const { ports } = stateOf((state) => {
      state.addService(service('dns', { clusterIPs: ['10.96.0.9'], ports: [{ protocol: 'UDP', port: 53 }] }));
      const endpoints = conditions.map((one, index) => ({ addresses: [`10.244.1.${index}`], conditions: one }));
      state.addSlice(slice('s', 'dns', [{ protocol: 'UDP', port: 53 }], endpoints));
    });
    expect(ports[0]?.endpoints.map(({ usable }) => usable)).to.deep.equal([true, true, true, false, false]);
  });

  it('has no address of a headless Service, nor of a balancer that packets reach by a proxy', () => {
    const { ports } = stateOf((state) => {
      state.addService(service('headless', { clusterIPs: ['None'], ports: [{ port: 1 }] }));
      state.addService(service('named', { type: 'ExternalName' }));
      const ingress = [{ ip: '203.0.113.1' }, { ip: '203.0.113.2', ipMode: 'Proxy' }, { hostname: 'x' }];
      state.addService(
        service('balanced', { clusterIPs: ['10.96.0.9'], ports: [{ port: 1 }] }, { loadBalancer: { ingress } }),
      );
    });
    expect(ports.map(({ frontends }) => frontends.map(({ ip }) => ip))).to.deep.equal([
      [],
      ['10.96.0.9', '203.0.113.1'],
    ]);
  });

  it('knows pods with a network of their own that have not ended, and host ports of the node', () => {
    const pod = (name: string, nodeName: string, spec: object, status: object) => ({
      metadata: { name, namespace: 'shop' },
      spec: {
        nodeName,
        containers: [{ name: 'c', ports: [{ protocol: 'UDP', hostPort: 514, containerPort: 5140 }] }],
        ...spec,
      },
      status: { phase: 'Running', podIPs: [{ ip: '10.244.1.5' }], startTime: '2026-12-01T00:00:00Z', ...status },
    });
    const { pods, hostPorts } = stateOf((state) => {
      state.addPod(pod('a', 'worker', {}, {}));
      state.addPod(pod('b', 'worker', { hostNetwork: true }, {}));
      state.addPod(pod('c', 'worker', {}, { phase: 'Succeeded' }));
      state.addPod(pod('d', 'w2', {}, { startTime: undefined }));
    });
    expect(pods.map(({ pod: name, startedMs }) => [name, startedMs])).to.deep.equal([
      ['shop/a', Date.parse('2026-12-01T00:00:00Z')],
      ['shop/d', 0],
    ]);
    expect(hostPorts.map((one) => [one.pod, one.hostPort, one.containerPort, one.ips])).to.deep.equal([
      ['shop/a', 514, 5140, ['10.244.1.5']],
    ]);
  });

  it('takes the ranges from the API server’s own Service and from nodes', () => {
    const { serviceRanges, podRanges, nodeAddresses } = stateOf((state) => {
      state.addService({
        metadata: { name: 'kubernetes', namespace: 'default' },
        spec: { clusterIPs: ['10.96.0.1', 'fd00:10:96::1'] },
      });
      const addresses = [
        { type: 'InternalIP', address: '172.18.0.2' },
        { type: 'Hostname', address: 'worker' },
      ];
      state.addNode({ metadata: { name: 'worker' }, spec: { podCIDRs: ['10.244.1.0/24'] }, status: { addresses } });
    });
    expect([serviceRanges, podRanges, nodeAddresses]).to.deep.equal([
      ['10.96.0.1/16', 'fd00:10:96::1/112'],
      ['10.244.1.0/24'],
      ['172.18.0.2'],
    ]);
  });
});
