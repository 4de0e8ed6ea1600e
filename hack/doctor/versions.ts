/** Versions as programs print them, compared number by number. */

/** The first dotted number in a text (`go1.26.8`, `v20.20.2`), or undefined. */
export function parseVersion(text: string): string | undefined {
  return /\d+(?:\.\d+)+/.exec(text)?.[0];
}

/** Whether `version` is `minimum` or newer. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [found, wanted] = [version, minimum].map((text) => text.split('.').map(Number));
  for (const [index, least] of (wanted ?? []).entries()) {
    const number = found?.[index] ?? 0;
    if (number !== least) return number > least;
  }
  return true;
}
