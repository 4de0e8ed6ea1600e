/** `reports/<run>/`: where a run writes. `reports/latest` points to the newest. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

export interface RunFolder {
  /** DNS-safe: it labels everything that the run makes. */
  readonly run: string;
  readonly path: string;
}

export function createRunFolder(reports: string, now = new Date()): RunFolder {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const run = `${stamp}-${randomBytes(2).toString('hex')}`;
  const path = join(reports, run);
  mkdirSync(join(path, 'artifacts'), { recursive: true });
  // Made aside and renamed, so that a reader never finds it missing.
  const link = join(reports, `.latest-${run}`);
  rmSync(link, { force: true });
  symlinkSync(run, link);
  renameSync(link, join(reports, 'latest'));
  return { run, path };
}
