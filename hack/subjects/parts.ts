/** Images and files that subjects ask for by name, and what makes each of them. */
import { readFileSync } from 'node:fs';
import { type PartOptions } from '../cache/cached-part.ts';
import { buildGo } from '../go/go-build.ts';
import { clientPart } from './clients.ts';
import { readCatalogue } from '../../e2e/harness/subject/release-catalogue.ts';
import { ensureKubeProxyRelease } from './kube-proxy-release.ts';
import { ensureKubeProxyVariant } from './kube-proxy-variant.ts';
import { npaBuildNeeds } from './npa-build.ts';
import { ensureNpaImage } from './npa-image.ts';
import { ensurePortmap } from './portmap.ts';

/** Images and files by name; throws for a name that nobody makes. Shaped as the harness asks for it. */
export interface Parts {
  missing(part: string): Promise<readonly string[]>;
  image(part: string, signal: AbortSignal): Promise<string>;
  file(part: string, signal: AbortSignal): Promise<string>;
}

export function createParts(steps: PartOptions['steps']): Parts {
  return {
    missing: missingForPart,
    async image(part, signal) {
      if (!isImage(part)) throw new Error(`nobody makes an image ${part}`);
      return makePart(part, { steps, signal });
    },
    async file(part, signal) {
      if (isImage(part)) throw new Error(`nobody makes a file ${part}`);
      return makePart(part, { steps, signal });
    },
  };
}

async function kubeProxyRelease(version: string, options: PartOptions): Promise<string> {
  const catalogue = readCatalogue(new URL('../../e2e/areas/udp/subjects/kube-proxy-releases.yaml', import.meta.url));
  const release = catalogue.releases.find((one) => one.version === version);
  if (release === undefined) throw new Error(`kube-proxy ${version} is not in the catalogue`);
  return ensureKubeProxyRelease(release, options);
}

async function portmap(name: string, options: PartOptions): Promise<string> {
  const [version = '', variant] = name.split('+');
  const catalogue = readCatalogue(new URL('../../e2e/areas/hostport/subjects/portmap-releases.yaml', import.meta.url));
  const release = catalogue.releases.find((one) => one.version === version);
  if (release === undefined) throw new Error(`portmap ${version} is not in the catalogue`);
  return ensurePortmap({ release: version, variant, requires: release.requires }, options);
}

const isImage = (part: string): boolean => part.startsWith('npa@');

/** What this machine lacks to make the part, one line each. */
export async function missingForPart(part: string): Promise<readonly string[]> {
  const client = clientPart(part);
  if (client !== undefined) return client.needs();
  return isImage(part) ? npaBuildNeeds() : [];
}

/** Reference of an image or path of a file; throws for a name that nobody makes. */
export async function makePart(part: string, options: PartOptions): Promise<string> {
  const client = clientPart(part);
  if (client !== undefined) return client.file(options);
  if (isImage(part)) return ensureNpaImage(part, options);
  if (part === 'stand-in-vpc-cni') return standInVpcCni(options);
  if (part.startsWith('kube-proxy@')) return kubeProxyRelease(part.slice('kube-proxy@'.length), options);
  if (part.startsWith('kube-proxy-variant@'))
    return ensureKubeProxyVariant(part.slice('kube-proxy-variant@'.length), options);
  if (part.startsWith('portmap@')) return portmap(part.slice('portmap@'.length), options);
  throw new Error(`nobody makes ${part}`);
}

/** What a part is made with, beside what it needs at run time: names of other parts of the set-up. */
export function partsBefore(part: string): readonly string[] {
  if (isImage(part)) return ['bpf-packages', 'machine'];
  // The same compiled packages: whoever comes second finds most of them in Go's cache.
  if (part === 'kubectl' || part.startsWith('kube-proxy-variant@')) return ['kubernetes'];
  // Maven builds both in one go.
  if (part === 'watch-java-fabric8') return ['client-packages', 'watch-java-official'];
  return clientPart(part) === undefined ? [] : ['client-packages', 'network-packages'];
}

async function standInVpcCni(options: PartOptions): Promise<string> {
  const name = 'stand-in-vpc-cni';
  const source = readFileSync(new URL('../../fixtures/stand-in-vpc-cni/main.go', import.meta.url), 'utf8');
  const goMod = { module: `staleproof.dev/${name}`, go: '1.26.0' };
  const build = {
    name,
    goMod,
    files: { 'main.go': source },
    packages: { [name]: '.' },
    ldflags: '-s -w',
    expectedMs: 10_000,
  };
  const { binaries } = await buildGo(build, options);
  return binaries[name] ?? '';
}
