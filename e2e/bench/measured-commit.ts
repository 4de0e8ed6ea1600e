/** Which commit a benchmark measured. */
import { execa } from 'execa';

/** Abbreviated, with a word when the tree differs from it; undefined outside of a checkout: no commit is not a commit. */
export async function measuredCommit(): Promise<string | undefined> {
  const git = (...args: readonly string[]) => execa('git', args, { cwd: import.meta.dirname, reject: false });
  const [head, status] = await Promise.all([
    git('rev-parse', '--short=12', 'HEAD'),
    git('status', '--porcelain', '--', ':/', ':(exclude,top)reports'),
  ]);
  if (head.exitCode !== 0 || status.exitCode !== 0) return undefined;
  return status.stdout === '' ? head.stdout : `${head.stdout} with changes`;
}
