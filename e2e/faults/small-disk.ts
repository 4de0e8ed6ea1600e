/** A file system that can be filled without harm to others: a tmpfs of some megabytes below a folder. Needs root. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly path: string;
  /** Takes what is left. */
  fill(): void;
  empty(): void;
  /** Unmounts; idempotent. */
  remove(): void;
}

export function makeSmallDisk(megabytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'staleproof-small-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
  const filler = join(path, 'filler');
  let mounted = true;
  const remove = (): void => {
    if (!mounted) return;
    mounted = false;
    process.off('exit', remove);
    // Lazily: whoever still writes there must not keep the mount.
    execFileSync('umount', ['--lazy', path]);
    rmSync(path, { recursive: true, force: true });
  };
  process.on('exit', remove);
  return {
    path,
    fill() {
      // Smaller and smaller pieces, so that not a byte is left.
      for (const size of [2 ** 20, 2 ** 12, 1]) {
        try {
          for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
        } catch {
          // Full for this size.
        }
      }
    },
    empty: () => rmSync(filler, { force: true }),
    remove,
  };
}
