/** Which subjects can take turns on one cluster. Pure. */

/**
 * Proxies with the same word run on the same kind of cluster: a variant and a release on its good twin's, and kpng with every backend and in
 * both models on one that was made without a proxy.
 */
export function clusterWord(proxy: string): string {
  return proxy.replace(/[@+].*$/, '').replace(/^kpng-.*$/, 'kpng');
}
