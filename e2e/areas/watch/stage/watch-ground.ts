/** The ground of a test bed: a folder, a journal, and what was made taken back in reverse order whatever happens. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ground } from './idle-load-balancer-netns.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { journalOf } from '../../../harness/run/journal.ts';

/** Runs `body`; the folder is gone afterwards. What could not be taken back is logged and stays in the journal for gc. */
export async function onGround<T>(
  t: Pick<SpecContext, 'slug' | 'log'>,
  signal: AbortSignal,
  body: (ground: Ground, folder: string) => Promise<T>,
): Promise<T> {
  const undos: { title: string; run: () => Promise<unknown> }[] = [];
  const undo: Ground['undo'] = (title, run) => void undos.push({ title, run });
  const journal = journalOf(`watch-${t.slug}`);
  try {
    const folder = await mkdtemp(join(tmpdir(), 'staleproof-watch-'));
    undo('captures and configurations', () => rm(folder, { recursive: true, force: true }));
    return await body({ signal, undo, journal }, folder);
  } finally {
    const errors: string[] = [];
    for (const { title, run } of undos.reverse())
      await run().catch((error: unknown) => errors.push(`${title}: ${(error as Error).message}`));
    if (errors.length === 0) journal.close();
    for (const line of errors) t.log(`not taken back: ${line}`);
  }
}
