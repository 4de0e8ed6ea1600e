/** Which commit of the suite measures: a result without it cannot be repeated by anybody. */
import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = realpathSync(fileURLToPath(new URL('../../..', import.meta.url)));

/**
 * Abbreviated, with the words `with changes` when the tree differs from it (reports aside). Undefined outside of a checkout of the
 * suite, or where git does not answer within 5 s: no commit is not a commit, and that of a surrounding repository is not ours.
 */
export function suiteCommit(folder = root): string | undefined {
  const git = (...args: readonly string[]): string | undefined => {
    const { status, stdout } = spawnSync('git', args, { cwd: folder, encoding: 'utf8', timeout: 5000 });
    return status === 0 ? stdout.trimEnd() : undefined;
  };
  const top = git('rev-parse', '--show-toplevel');
  if (top === undefined || realpathSync(top) !== realpathSync(folder)) return undefined;
  const head = git('rev-parse', '--short=12', 'HEAD');
  const changes = git('status', '--porcelain', '--', ':/', ':(exclude,top)reports');
  if (head === undefined || changes === undefined) return undefined;
  return changes === '' ? head : `${head} with changes`;
}
