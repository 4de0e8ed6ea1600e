/** A kind cluster that the suite did not make and knows nothing of: plain kind, another name, another network, accounts of its own. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { accessRules } from '../../e2e/harness/cluster/access-role.ts';
import type { AreaRights } from '../../e2e/harness/cluster/rights.ts';
import { creationEnvironment, newIdentity } from '../../e2e/harness/cluster/kind/cluster-identity.ts';
import { deleteCluster } from '../../e2e/harness/cluster/kind/delete-cluster.ts';
import { findClusters } from '../../e2e/harness/cluster/kind/found-clusters.ts';
import { findKind } from '../../e2e/harness/cluster/kind/kind-binary-path.ts';
import { podSubnets } from '../../e2e/harness/cluster/kind/kind-config.ts';
import { loadImage } from '../../e2e/harness/cluster/kind/load-image.ts';
import { KindNode } from '../../e2e/harness/cluster/kind/kind-node.ts';
import { setUpPodNetwork } from '../../e2e/harness/cluster/kind/pod-network.ts';
import { connect, type Connection } from '../../e2e/harness/cluster/kube/connection.ts';
import { KubeClient } from '../../e2e/harness/cluster/kube/kube-client.ts';
import { readNodes } from '../../e2e/harness/cluster/node-facts.ts';
import { waitForPodRanges, waitUntilReady } from '../../e2e/harness/cluster/readiness.ts';
import { ensureNodeImage } from '../images/node-image.ts';

const name = 'elsewhere';
const nodes = 3;
const namespace = 'staleproof-system';
const access = new URL('../../manifests/node-helper/suite-access.yaml', import.meta.url);

export interface ForeignCluster {
  readonly api: KubeClient;
  /** Of its administrator. */
  readonly kubeconfig: string;
  /** A kubeconfig, context `restricted`, of an account that may do what these areas need and nothing more. */
  account(areas?: readonly AreaRights[]): Promise<string>;
  /** Puts an image of this machine into every node. */
  load(image: string): Promise<void>;
  remove(): Promise<void>;
}

/** `registry` is `localhost:<port>/<path>` of this machine; nodes are told to find it behind their gateway. */
export async function makeForeignCluster(
  folder: string,
  registry: string | undefined,
  log: (line: string) => void,
): Promise<ForeignCluster> {
  if ((await findClusters(name)).length > 0)
    throw new Error(
      `a kind cluster "${name}" is there already; expected none: this program neither takes nor removes it`,
    );
  const signal = AbortSignal.timeout(20 * 60_000);
  const { image, podNetwork } = await ensureNodeImage({ signal, log });
  await mkdir(folder, { recursive: true });
  const kubeconfig = join(folder, 'administrator.kubeconfig');
  const kind = findKind();
  // By identity: creation fails, too, because somebody else has made a cluster of that name meanwhile.
  const identity = newIdentity(name);
  const env = creationEnvironment(identity);
  const remove = async (): Promise<void> => {
    await deleteCluster(identity);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const create = ['create', 'cluster', '--name', name, '--image', image, '--config', '-', '--kubeconfig', kubeconfig];
    await execa(kind, create, { env, input: config(podNetwork === 'own'), timeout: 8 * 60_000 });
    const connection = await connect({ kubeconfig });
    const api = new KubeClient(connection, { labels: {} });
    const waiting = { timeoutMs: 180_000, signal, log };
    await waitForPodRanges(api, nodes, waiting);
    const made = (await readNodes(api, signal)).map((one) => new KindNode(one));
    if (podNetwork === 'own') await setUpPodNetwork(made, podSubnets('ipv4'), signal);
    await waitUntilReady(api, nodes, waiting);
    if (registry !== undefined) await tellRegistry(made, registry, identity.network);
    await api.applyYaml(await readFile(access, 'utf8'));
    return {
      api,
      kubeconfig,
      account: (areas) => account(api, connection, folder, areas),
      load: (one) => loadImage(made, one, signal),
      async remove() {
        connection.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

function config(withoutNetwork: boolean): string {
  return JSON.stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: { disableDefaultCNI: withoutNetwork, podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/16' },
    kubeadmConfigPatches: [JSON.stringify({ kind: 'KubeletConfiguration', failCgroupV1: false })],
    containerdConfigPatches: [
      '[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/etc/containerd/certs.d"',
    ],
    nodes: [{ role: 'control-plane' }, ...Array.from({ length: nodes - 1 }, () => ({ role: 'worker' }))],
  });
}

async function tellRegistry(made: readonly KindNode[], registry: string, network: string): Promise<void> {
  const [host = ''] = registry.split('/');
  const format = '{{range .IPAM.Config}}{{println .Gateway}}{{end}}';
  const { stdout } = await execa('docker', ['network', 'inspect', network, '--format', format]);
  const gateway = stdout.split('\n').find((line) => line.includes('.')) ?? '';
  const hosts = `[host."http://${gateway}:${host.split(':')[1] ?? '5000'}"]\n`;
  await Promise.all(made.map((node) => node.writeFile(`/etc/containerd/certs.d/${host}/hosts.toml`, hosts)));
}

/** The account of manifests/node-helper, or one like it that may do less. */
async function account(
  api: KubeClient,
  connection: Connection,
  folder: string,
  areas: readonly AreaRights[] | undefined,
): Promise<string> {
  const user = areas === undefined ? 'staleproof' : `staleproof-${areas.map(({ name }) => name).join('-')}`;
  if (areas !== undefined) {
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
    await api.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: user, namespace } });
    const rules = { rules: accessRules(areas) };
    await api.apply({ ...rbac, kind: 'ClusterRole', metadata: { name: user }, ...rules });
    const subjects = [{ kind: 'ServiceAccount', name: user, namespace }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: user };
    const binding = { ...rbac, kind: 'ClusterRoleBinding', metadata: { name: user }, roleRef, subjects };
    await api.apply(binding);
  }
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${user}/token`;
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 7200 } };
  const { status } = (await api.raw('POST', path, body)) as { readonly status: { readonly token: string } };
  const { clusters } = JSON.parse(connection.kubeconfigText()) as { readonly clusters: readonly { name: string }[] };
  const context = { cluster: clusters[0]?.name ?? '', user };
  const file = join(folder, `${user}.kubeconfig`);
  const text = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters,
    users: [{ name: user, user: { token: status.token } }],
    contexts: [{ name: 'restricted', context }],
    'current-context': 'restricted',
  };
  await writeFile(file, JSON.stringify(text), { mode: 0o600 });
  return file;
}
