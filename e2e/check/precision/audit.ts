/** The API server's own record of who asked for what. */
import type { ClusterNode, KubeApi } from '../../harness/cluster/cluster.ts';
import { pollUntil } from '../../harness/cluster/wait.ts';

export interface AuditEvent {
  readonly verb: string;
  readonly user?: { readonly username?: string };
  readonly requestURI: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
}

const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml';
/** A folder that the API server's pod mounts, only to read. */
const POLICY = '/etc/kubernetes/pki/audit-policy.yaml';
const policy = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{level: Metadata}]\n';

/** Turns the record on; returns when the API server answers again. For a kind cluster that is thrown away afterwards. */
export async function turnAuditOn(controlPlane: ClusterNode, api: KubeApi): Promise<void> {
  await controlPlane.writeFile(POLICY, policy);
  const flags = `    - --audit-policy-file=${POLICY}\\n    - --audit-log-path=-`;
  await controlPlane.run(['sed', '-i', `s#^    - kube-apiserver$#&\\n${flags}#`, MANIFEST]);
  await pollUntil(
    async (signal) => {
      const processes = await controlPlane.exec(['sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " "'], { signal });
      if (!processes.stdout.includes('--audit-policy-file=')) return undefined;
      return api.raw('GET', '/readyz', undefined, signal).then(
        () => true,
        () => undefined,
      );
    },
    { what: 'the API server answers with its audit log on', timeoutMs: 180_000, intervalMs: 1000 },
  );
}

/** Of this account, in order. */
export async function auditOf(api: KubeApi, user: string): Promise<readonly AuditEvent[]> {
  const pods = await api.list('v1', 'Pod', { namespace: 'kube-system', labelSelector: 'component=kube-apiserver' });
  const logs = await Promise.all(
    pods.map(({ metadata }) => api.logs({ namespace: 'kube-system', name: metadata.name })),
  );
  return logs
    .flatMap((log) => log.split('\n'))
    .filter((line) => line.startsWith('{') && line.includes('audit.k8s.io'))
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ user: who }) => who?.username === user);
}

const READS = new Set(['get', 'list']);

/** What a look may not do: a write outside of the namespace that it made, a watch, a Secret. */
export function forbiddenOf(events: readonly AuditEvent[]): readonly AuditEvent[] {
  return events.filter(({ verb, objectRef = {} }) => {
    if (objectRef.resource === 'secrets') return true;
    const inOwn = [objectRef.namespace, objectRef.name].some((name) => name?.startsWith('staleproof-rows-') === true);
    // An exec is a GET to the API server, and a command to the pod.
    return (!READS.has(verb) || objectRef.subresource === 'exec') && !inOwn;
  });
}

/** `list pods: 2`, most frequent first. */
export function countedVerbs(events: readonly AuditEvent[]): string {
  const counts = new Map<string, number>();
  for (const { verb, objectRef = {}, requestURI } of events) {
    const resource = [objectRef.resource ?? requestURI.split('?')[0], objectRef.subresource].filter(Boolean).join('/');
    const key = `${verb} ${resource}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([key, count]) => `${key}: ${count}`)
    .join(', ');
}
