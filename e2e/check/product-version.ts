/** Versions as vendors write them, and the upstream version in them. Pure. */

export interface ProductVersion {
  /** As found: `v1.31.2-eksbuild.3`. */
  readonly found: string;
  /** Without `v` and without what a vendor added, as the data is looked up: `1.31.2`; undefined where it holds no version. */
  readonly upstream: string | undefined;
  /** `-eksbuild.3`; empty for upstream's own. */
  readonly vendor: string;
}

/** Upstream's own pre-releases: they are other programs than the release, so they are looked up as they are. */
const preRelease = /^-(alpha|beta|rc)\.\d+/;

export function productVersion(found: string): ProductVersion {
  const [, numbers, rest = ''] = /^v?(\d+\.\d+\.\d+)(.*)$/.exec(found) ?? [];
  if (numbers === undefined) {
    // A product that counts otherwise: its commit, say.
    const word = /^[0-9a-f]{7,40}$/.test(found) ? found : undefined;
    return { found, upstream: word, vendor: '' };
  }
  const [pre = ''] = preRelease.exec(rest) ?? [];
  return { found, upstream: numbers + pre, vendor: rest.slice(pre.length) };
}
