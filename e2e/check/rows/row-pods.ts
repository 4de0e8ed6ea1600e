/** The pods that read rows: one a node, in a namespace of their own that goes when they are done. */
import type { KubernetesObject } from '../../harness/cluster/kubernetes-object.ts';

export const ROWS_CONTAINER = 'rows';
/** Small spaces for young and old objects: a look keeps nothing but what it tells. */
export const ROWS_COMMAND = ['node', '--max-semi-space-size=2', '--max-old-space-size=48', '/app/conntrack-look.mjs'];
/** A pod that nobody removed ends by itself. */
const ENDS_AFTER_S = 600;

const labels = { 'app.kubernetes.io/name': 'staleproof-check-rows', 'app.kubernetes.io/part-of': 'staleproof' };

export function rowsNamespace(namespace: string): KubernetesObject {
  return {
    ...{ apiVersion: 'v1', kind: 'Namespace' },
    metadata: { name: namespace, labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'privileged' } },
  };
}

/** It is bound to its node without a scheduler. Its own network would have a table of its own, so it has the node's. */
export function rowsPod(
  namespace: string,
  node: string,
  index: number,
  image: string,
): KubernetesObject & { readonly spec: object } {
  return {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: `rows-${index}`, namespace, labels } },
    spec: {
      ...{ nodeName: node, hostNetwork: true, restartPolicy: 'Never', activeDeadlineSeconds: ENDS_AFTER_S },
      ...{ automountServiceAccountToken: false, enableServiceLinks: false, terminationGracePeriodSeconds: 0 },
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          ...{ name: ROWS_CONTAINER, image, imagePullPolicy: 'IfNotPresent', command: ['sleep', String(ENDS_AFTER_S)] },
          securityContext: {
            ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, runAsUser: 0 },
            capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] },
            seccompProfile: { type: 'RuntimeDefault' },
          },
          resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '128Mi' } },
        },
      ],
    },
  };
}
