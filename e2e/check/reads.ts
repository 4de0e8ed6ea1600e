/** All that a look at a cluster reads, one row a right. The role that `check --rbac` prints is this table, and nothing else is asked. */
import type { Areas } from '../harness/area/areas.ts';

export interface ListRead {
  readonly kind: 'list';
  readonly group: string;
  readonly resource: string;
  /** Of the collection over all namespaces. */
  readonly path: string;
  readonly why: string;
}

export interface ConfigRead {
  readonly kind: 'config';
  readonly namespace: string;
  readonly name: string;
  readonly why: string;
}

const list = (resource: string, why: string, group = '', version = 'v1'): ListRead => ({
  ...{ kind: 'list', group, resource, why },
  path: `${group === '' ? '/api' : `/apis/${group}`}/${version}/${resource}`,
});

export const NODES = list('nodes', 'versions of kubelets, and how many nodes there are');
export const PODS = list('pods', 'proxies and agents with their images and flags, and pods with host ports');
export const SERVICES = list('services', 'UDP Services whose clients a defect would meet');

/** For rows only. */
export const SLICES = list('endpointslices', 'endpoints that rows may go to', 'discovery.k8s.io');

/** ConfigMaps by name, as the areas say. */
export function configReads(areas: Areas): readonly ConfigRead[] {
  const names = new Set(areas.all.flatMap(({ running }) => running?.configs ?? []));
  return [...names].map((full) => {
    const [namespace = '', name = ''] = full.split('/');
    return { kind: 'config', namespace, name, why: 'the mode of a proxy that is set by its configuration' };
  });
}
