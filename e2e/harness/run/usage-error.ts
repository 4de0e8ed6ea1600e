/** The user asked for something that does not exist or does not fit: one line, exit 64, nothing was created. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
