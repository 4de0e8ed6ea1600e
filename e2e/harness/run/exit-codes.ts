/** What the process says to its caller; documented in the README and relied on by CI. */
export const EXIT = {
  asExpected: 0,
  failed: 1,
  infrastructure: 2,
  usage: 64,
  sigint: 130,
  sigterm: 143,
} as const;
