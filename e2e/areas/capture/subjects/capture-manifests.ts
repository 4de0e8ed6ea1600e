/** manifests/packet-capture as a run applies it: its image replaced, and for a mutant another program with what that needs. */
import { dump, load, loadAll } from 'js-yaml';
import { readFile } from 'node:fs/promises';
import type { CaptureMutant } from './capture-mutant-list.ts';

export const captureFolder = new URL('../../../../manifests/packet-capture/', import.meta.url);
/** What the manifests name; `npm run capture -- image` gives an image that name. */
export const CAPTURE_IMAGE = 'staleproof/packet-capture:dev';

interface Workload {
  readonly kind: string;
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}
interface PodSpec {
  hostNetwork?: boolean;
  hostPID?: boolean;
  dnsPolicy?: string;
  readonly containers: [{ command: string[]; env: { name: string; value: string }[]; securityContext: unknown }];
}

/** The YAML of all resources in the order of kustomization.yaml. */
export async function captureManifests(image: string, mutant?: CaptureMutant): Promise<string> {
  const kustomization = await readFile(new URL('kustomization.yaml', captureFolder), 'utf8');
  const { resources } = load(kustomization) as { readonly resources: readonly string[] };
  const texts = await Promise.all(resources.map((name) => readFile(new URL(name, captureFolder), 'utf8')));
  const objects = texts.flatMap((text) => loadAll(text.replaceAll(CAPTURE_IMAGE, image)) as Workload[]);
  const kind = mutant?.program === 'controller' ? 'Deployment' : 'DaemonSet';
  const workload = objects.find((object) => object.kind === kind);
  if (mutant !== undefined && workload !== undefined) mutate(workload.spec.template.spec, mutant);
  return objects.map((object) => dump(object)).join('---\n');
}

function mutate(pod: PodSpec, mutant: CaptureMutant): void {
  const [container] = pod.containers;
  container.command = ['node', `/app/capture-mutant-${mutant.program ?? 'agent'}.mjs`];
  container.env.push({ name: 'STALEPROOF_MUTANT', value: mutant.name });
  if (mutant.host === undefined) return;
  container.securityContext = { privileged: true };
  pod.hostPID = mutant.host === 'processes';
  pod.hostNetwork = mutant.host === 'network';
}
