/** kpng has no releases: its version is the commit that its image was built from. */

const COMMIT = /(?:^|[^0-9a-z])([0-9a-f]{8,40})(?:$|[^0-9a-z])/;

/**
 * The first eight digits of the commit, by what `kpng version` printed, else by the tag of the image: undefined when neither names
 * one, because a tag such as `test` says nothing of what is in it.
 */
export function kpngVersion(said: string, image: string | undefined): string | undefined {
  const tag = /:([^/:]+)$/.exec(image ?? '')?.[1] ?? '';
  return (COMMIT.exec(said) ?? COMMIT.exec(tag))?.[1]?.slice(0, 8);
}
