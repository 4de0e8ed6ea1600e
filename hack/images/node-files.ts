/** What lies on a node besides Debian's packages and the Kubernetes binary, as data: path → text or link. */
import { readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { kubernetesVersion } from './kubernetes-binary.ts';

export interface NodeFiles {
  readonly texts: Readonly<Record<string, { readonly text: string; readonly mode: number }>>;
  /** Link path → target. */
  readonly links: Readonly<Record<string, string>>;
}

const source = (name: string): string => readFileSync(new URL(`node/${name}`, import.meta.url), 'utf8');
const plain = (text: string) => ({ text, mode: 0o644 });
const lines = (...text: readonly string[]) => plain(`${text.join('\n')}\n`);

const cniPlugins = ['bridge', 'host-local', 'loopback', 'ptp', 'portmap'];

export function nodeFiles(): NodeFiles {
  return {
    texts: {
      'usr/local/bin/entrypoint': { text: source('entrypoint'), mode: 0o755 },
      'etc/containerd/config.toml': plain(source('containerd.toml')),
      'etc/systemd/system/kubelet.service': plain(source('kubelet.service')),
      'etc/systemd/system/kubelet.slice': lines('[Slice]', 'CPUAccounting=true', 'MemoryAccounting=true'),
      // kind reads this to know what it starts.
      'kind/version': lines(`v${kubernetesVersion}`),
      'etc/default/kubelet': lines('KUBELET_EXTRA_ARGS=--fail-cgroupv1=false'),
      // Host ports answer on 127.0.0.1 too (route_localnet); a packet comes in by the way its answer takes (rp_filter).
      'etc/sysctl.d/10-node.conf': lines(
        'net.ipv4.conf.all.route_localnet=1',
        'net.ipv4.conf.all.arp_ignore=0',
        'net.ipv4.conf.all.rp_filter=1',
      ),
      // /dev/kmsg is the host's: its lines are not this node's.
      'etc/systemd/journald.conf.d/node.conf': lines('[Journal]', 'ReadKMsg=no'),
      'etc/crictl.yaml': lines('runtime-endpoint: unix:///run/containerd/containerd.sock'),
      'etc/kubernetes/manifests/.keep': plain(''),
      'etc/cni/net.d/.keep': plain(''),
    },
    links: {
      'etc/systemd/system/multi-user.target.wants/kubelet.service': '/etc/systemd/system/kubelet.service',
      // binfmt_misc is the host's as well; registering there fails and slows the boot.
      'etc/systemd/system/systemd-binfmt.service': '/dev/null',
      ...Object.fromEntries(cniPlugins.map((name) => [`opt/cni/bin/${name}`, `/usr/lib/cni/${name}`])),
      ...Object.fromEntries(['kubelet', 'kubeadm', 'kubectl'].map((name) => [`usr/bin/${name}`, 'kube'])),
    },
  };
}

/** Lays everything out below `folder`, to be packed into an archive. `binaries`: path on the node → path here. */
export async function stageFiles(
  folder: string,
  files: NodeFiles,
  binaries: Readonly<Record<string, string>>,
): Promise<void> {
  const place = async (path: string): Promise<string> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    return join(folder, path);
  };
  for (const [path, { text, mode }] of Object.entries(files.texts)) await writeFile(await place(path), text, { mode });
  for (const [path, target] of Object.entries(files.links)) await symlink(target, await place(path));
  for (const [path, from] of Object.entries(binaries)) {
    await copyFile(from, await place(path));
    await chmod(join(folder, path), 0o755);
  }
}
