/** Releases in order, and which minor they are of. Pure. */
import semver from 'semver';

/** `1.31` of `1.31.2`; undefined for what is no such version. */
export function minorOf(version: string): string | undefined {
  const parsed = semver.parse(version);
  return parsed === null ? undefined : `${parsed.major}.${parsed.minor}`;
}

/** For `sort`, oldest first; versions of a product that counts otherwise by their letters. */
export function byVersion(a: string, b: string): number {
  return semver.valid(a) !== null && semver.valid(b) !== null ? semver.compare(a, b) : a.localeCompare(b);
}

/** The next below and above of the version's own minor; undefined where one of them is missing. */
export function neighboursOf(
  version: string,
  measured: readonly string[],
): { readonly below: string; readonly above: string } | undefined {
  const minor = minorOf(version);
  if (minor === undefined) return undefined;
  const same = measured.filter((one) => minorOf(one) === minor).sort(byVersion);
  const below = same.findLast((one) => semver.lt(one, version));
  const above = same.find((one) => semver.gt(one, version));
  return below === undefined || above === undefined ? undefined : { below, above };
}
