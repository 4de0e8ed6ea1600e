import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { validateXML } from 'xmllint-wasm';
import { areas } from '../areas/index.ts';
import { connect } from '../harness/cluster/kube/connection.ts';
import type { Compat, CompatMeasurement } from '../report/compat/compat-schema.ts';
import { anonymiseResult } from './anonymise-result.ts';
import { look } from './look.ts';
import { leastRoles } from './rbac.ts';
import { checkResult, type CheckResult } from './result.ts';
import { ClusterState } from './rows/cluster-state.ts';
import { resultJunit } from './result-junit.ts';
import { markdownText, sentenceOf, tableText } from './result-text.ts';
import { StandInApi, type StandInObjects, type StandInOptions } from './stand-in-api.ts';
import { kubeadmCluster, node, pod, proxyConfig, proxyPod, service } from './stand-in-objects.ts';

const measured = (version: string, more: Partial<CompatMeasurement> = {}): CompatMeasurement => ({
  ...{ product: 'kube-proxy', version, mode: 'iptables', ipFamily: 'ipv4', area: 'udp', spec: 'udp/node-port-x' },
  ...{ claim: 'rows MUST go', verdict: 'pass', kubernetes: '1.36.3', kernel: '6', commit: 'c', dirty: false },
  ...{ date: '2026-11-30', repeat: 'npm run e2e' },
  ...more,
});
const defect = {
  ...{
    id: 'node-port-rows-stay',
    product: 'kube-proxy',
    title: 'rows <stay> & stay',
    affected: '>=1.36.0',
    fixed: null,
  },
  ...{ trigger: 'a backend goes', avoid: 'do not', refs: ['https://github.com/kubernetes/kubernetes/issues/1'] },
  specs: ['udp/node-port-x'],
};
const data: Compat = {
  ...{ schema: 1, defects: [defect] },
  measurements: [measured('1.36.3', { verdict: 'expected-fail', defect: defect.id }), measured('1.35.4')],
};

describe('a look at a cluster', function () {
  this.timeout(20_000);
  let api: StandInApi | undefined;
  afterEach(() => api?.stop());

  async function lookAt(objects: StandInObjects, options: StandInOptions = {}, ms = 10_000): Promise<CheckResult> {
    await api?.stop();
    api = await StandInApi.start(objects, options);
    const connection = await connect({ kubeconfig: api.kubeconfig });
    const signal = AbortSignal.timeout(ms);
    const result = await look(connection, { areas, data: { compat: data, source: 'a test' }, signal });
    connection.close();
    return checkResult.parse(result);
  }

  it('feeds a state of rows with the lists that it makes anyway, and knows when one is not whole', async () => {
    api = await StandInApi.start(kubeadmCluster());
    const connection = await connect({ kubeconfig: api.kubeconfig });
    const state = new ClusterState();
    const signal = AbortSignal.timeout(10_000);
    const { missing } = await look(connection, { areas, data: { compat: data, source: 'a test' }, signal, state });
    connection.close();
    for (const resource of ['nodes', 'pods', 'services', 'endpointslices'])
      expect(
        api.seen.filter((line) => line.includes(`/${resource}?`)),
        resource,
      ).to.have.lengthOf(1);
    expect(state.nodes).to.deep.equal(['control-plane', 'worker']);
    expect(missing.map(({ what }) => what)).to.include('list endpointslices.discovery.k8s.io');
    expect(state.isWhole).to.equal(false);
  });

  it('says which defect a proxy has, on how many nodes, and which objects let it happen', async () => {
    const result = await lookAt(kubeadmCluster());
    expect(result).to.include({ verdict: 'affected', context: 'prod' });
    const [subject] = result.subjects;
    expect(subject).to.deep.include({ product: 'kube-proxy', version: '1.36.3', mode: 'iptables', unknown: false });
    expect(subject?.nodes).to.deep.equal({ count: 2, examples: ['control-plane', 'worker'] });
    const [found] = subject?.defects ?? [];
    expect(found).to.include({ id: defect.id, has: true, by: 'measured' });
    expect(found?.matters.map(({ id, count, examples }) => [id, count, examples])).to.deep.equal([
      ['udp-node-ports', 1, ['default/dns']],
    ]);
    expect(Object.fromEntries(result.exposed.map(({ id, count }) => [id, count]))).to.deep.equal({
      ...{ 'udp-services': 1, 'udp-node-ports': 1, 'udp-local-policy': 1, 'udp-several-ports': 0, 'udp-host-ports': 0 },
      ...{ 'host-port-53': 0, coredns: 1, nodelocaldns: 0 },
    });
  });

  it('finds nothing only where everything that runs was measured', async () => {
    const good = kubeadmCluster({
      pods: [proxyPod('control-plane', 'x/kube-proxy:v1.35.4'), proxyPod('worker', 'x/kube-proxy:v1.35.4')],
    });
    expect(await lookAt(good)).to.include({ verdict: 'nothing found' });
    const unmeasured = await lookAt(
      kubeadmCluster({ pods: good.pods.map(() => proxyPod('worker', 'x/kube-proxy:v1.35.9-eksbuild.1')) }),
    );
    expect(unmeasured.verdict).to.equal('could not look');
    expect(unmeasured.missing.map(({ what, why }) => `${what}: ${why}`)).to.deep.equal([
      'service proxy: no service proxy that is known here was found on 1 of 2 nodes: control-plane',
      'kube-proxy 1.35.9 iptables: not measured (found as v1.35.9-eksbuild.1)',
    ]);
  });

  it('shows versions of several vendors side by side', async () => {
    const nodes = ['a', 'b', 'c', 'd'].map((name) => node(name, name === 'd' ? 'v1.31.4+k3s1' : 'v1.36.3'));
    const flags = ['kube-proxy', '--proxy-mode=nftables'];
    const pods = [
      proxyPod('a', 'harbor.corp.example.com:5000/eks/kube-proxy:v1.36.3-minimal-eksbuild.3'),
      {
        ...proxyPod('b', 'gke.gcr.io/kube-proxy-amd64:v1.36.3-gke.1014001', flags),
        metadata: {
          name: 'kube-proxy-b',
          namespace: 'kube-system',
          ownerReferences: [{ kind: 'Node', controller: true }],
        },
      },
      proxyPod('c', 'registry.k8s.io/kube-proxy:v1.36.3', ['/var/lib/mine/kube-proxy', '--proxy-mode=iptables']),
    ];
    const result = await lookAt(kubeadmCluster({ nodes, pods }));
    expect(
      result.subjects.map(({ version, vendor, mode, nodes: { examples } }) => [examples[0], version, vendor, mode]),
    ).to.deep.equal([
      ['a', '1.36.3', '-minimal-eksbuild.3', 'iptables'],
      ['b', '1.36.3', '-gke.1014001', 'nftables'],
      ['c', null, '', 'iptables'],
      ['d', '1.31.4', '+k3s1', null],
    ]);
  });

  it('does not read a mode that nobody told as the default', async () => {
    const hidden = await lookAt(kubeadmCluster({ configs: {} }));
    expect(hidden.subjects[0]).to.include({ mode: null });
    const byDefault = await lookAt(kubeadmCluster({ configs: { 'kube-system/kube-proxy': proxyConfig("''") } }));
    expect(byDefault.subjects[0]).to.include({ mode: 'iptables' });
    const commented = proxyConfig('nftables # mode: iptables');
    const quoted = await lookAt(kubeadmCluster({ configs: { 'kube-system/kube-proxy-config': commented } }));
    expect(quoted.subjects[0]).to.include({ mode: 'nftables' });
  });

  it('names policy agents, and lets one that is switched off be', async () => {
    const agent = (flag: string) =>
      pod('aws-node-1', {
        namespace: 'kube-system',
        owner: 'DaemonSet',
        image: 'x/amazon/aws-network-policy-agent:v1.2.0-eksbuild.1',
        command: ['/controller', flag],
      });
    for (const [flag, mode, unknown] of [
      ['--enable-network-policy=true', '', true],
      ['--enable-network-policy=false', 'off', false],
    ] as const) {
      const objects = kubeadmCluster();
      const { subjects } = await lookAt({ ...objects, pods: [...objects.pods, agent(flag)] });
      expect(subjects.find(({ role }) => role === 'policy agent')).to.include({
        product: 'aws-network-policy-agent',
        version: '1.2.0',
        mode,
        unknown,
      });
    }
  });

  it('counts the objects that make a defect matter', async () => {
    const udp = (port: number, nodePort?: number) => ({
      protocol: 'UDP',
      port,
      ...(nodePort !== undefined && { nodePort }),
    });
    const objects = kubeadmCluster();
    const { exposed } = await lookAt({
      ...objects,
      services: [
        service('a', [udp(1), udp(2)]),
        service('b', [udp(1, 30001)]),
        service('c', [udp(1)], { externalTrafficPolicy: 'Local' }),
        service('d', [{ port: 1, nodePort: 30002 }]),
      ],
      pods: [
        pod('h', { ports: [{ protocol: 'UDP', hostPort: 53, containerPort: 5353 }] }),
        pod('own-network', { hostNetwork: true, ports: [{ protocol: 'UDP', hostPort: 54, containerPort: 54 }] }),
        pod('cache', { image: 'registry.k8s.io/dns/k8s-dns-node-cache:1.23' }),
      ],
    });
    expect(Object.fromEntries(exposed.map(({ id, count }) => [id, count]))).to.deep.equal({
      ...{ 'udp-services': 3, 'udp-node-ports': 1, 'udp-local-policy': 1, 'udp-several-ports': 1, 'udp-host-ports': 1 },
      ...{ 'host-port-53': 1, coredns: 0, nodelocaldns: 1 },
    });
  });

  describe('by an account with the printed roles', () => {
    const rules = leastRoles(areas).flatMap(({ namespace, rules: some }) =>
      some.flatMap((rule) =>
        (rule.resourceNames ?? [undefined]).map((name) => ({
          ...rule,
          namespace,
          ...(name === undefined ? {} : { resourceNames: [name] }),
        })),
      ),
    );

    it('misses nothing, and asks for nothing else', async () => {
      const result = await lookAt(kubeadmCluster(), { rules });
      expect(result.missing).to.deep.equal([]);
      expect(result.took.requests).to.equal(api?.seen.length);
      expect(api?.seen.every((line) => line.startsWith('GET /api/v1/') && !line.includes('secret'))).to.equal(true);
    });

    for (const [index, { verbs, resources, resourceNames = [] }] of rules.entries())
      it(`says what it lacks without ${verbs.join()} ${resources.join()} ${resourceNames.join()}`.trim(), async () => {
        const { missing, verdict } = await lookAt(kubeadmCluster(), { rules: rules.toSpliced(index, 1) });
        expect(missing[0]?.what).to.match(new RegExp(`^${verbs.join()} ${[...resources, ...resourceNames].join('/')}`));
        expect(missing[0]?.why).to.match(/403 Forbidden/);
        expect(verdict).to.be.oneOf(['could not look', 'affected']);
      });
  });

  it('says what it did not see of a list that could not be read to its end', async () => {
    const pods = Array.from({ length: 2500 }, (_, index) => pod(`p${index}`));
    const objects = { ...kubeadmCluster(), pods: [...kubeadmCluster().pods, ...pods] };
    const cut = await lookAt(objects, { laterPages: 410 });
    expect(cut.missing[0]).to.include({ what: 'list pods' });
    expect(cut.cluster.pods).to.equal(null);
    const whole = await lookAt(objects);
    expect(whole.cluster.pods).to.equal(2503);
    expect(
      api?.seen
        .filter((line) => line.includes('/pods'))
        .map((line) => /resourceVersion=0|continue=\d+/.exec(line)?.[0]),
    ).to.deep.equal([...['resourceVersion=0', 'continue=1000', 'continue=2000']]);
  });

  it('is told as table, JSON, Markdown and JUnit, and without names and addresses when asked', async () => {
    const result = await lookAt(kubeadmCluster());
    expect(tableText(result)).to.include(
      'HAS node-port-rows-stay (measured; versions >=1.36.0, no release without it is known; measured with it: 1.36.3; without it: 1.35.4)',
    );
    expect(tableText(result)).to.include('here: 1 UDP Services with node ports: default/dns');
    expect(sentenceOf(result)).to.equal('affected: 1 known defects, 0 other failed claims');
    expect(markdownText(result)).to.include('rows &lt;stay&gt; &amp; stay');
    const schema = await readFile(new URL('../report/testdata/junit-dialect.xsd', import.meta.url), 'utf8');
    for (const one of [result, await lookAt(kubeadmCluster({ configs: {} }))]) {
      const contents = await resultJunit(one);
      const { errors } = await validateXML({ xml: [{ fileName: 'check.xml', contents }], schema: [schema] });
      expect(errors.map(({ rawMessage }) => rawMessage)).to.deep.equal([]);
    }
    expect(await resultJunit(result)).to.match(/<failure type="measured" message="rows &lt;stay&gt; &amp; stay">/);
    const hidden = JSON.stringify(anonymiseResult(result));
    expect(hidden).to.not.match(/\bprod\b|worker|default\/dns|control-plane/);
    expect(hidden).to.include('node-2').and.include('context-1');
  });
});
