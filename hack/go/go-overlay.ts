/**
 * Variants of an upstream program without a copy of its source: Go's `-overlay` puts an edited file in place of one in the
 * module cache for one build. The edit is data: a piece of the upstream text (the anchor) and what stands there instead.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface SourceEdit {
  /** Module path, as in go.mod: `k8s.io/kubernetes`. */
  readonly module: string;
  /** Path below the module: `pkg/proxy/conntrack/cleanup.go`. A file that upstream lacks is added from `content`. */
  readonly file: string;
  readonly content?: string;
  /** Each anchor has to occur exactly once in the upstream file. */
  readonly replacements?: readonly { readonly anchor: string; readonly by: string }[];
}

/** Upstream moved what an edit is anchored on: the variant cannot be built and must not be mistaken for a good one. */
export class AnchorError extends Error {
  override readonly name = 'AnchorError';
}

/** Applies the replacements in order. `where` names the file in errors. */
export function applyEdit(source: string, edit: SourceEdit, where: string): string {
  let text = source;
  for (const { anchor, by } of edit.replacements ?? []) {
    const count = text.split(anchor).length - 1;
    if (count !== 1) {
      const first = anchor.trim().split('\n')[0] ?? '';
      throw new AnchorError(`${where}: expected the anchor \`${first}\` exactly once, found it ${count} times`);
    }
    text = text.replace(anchor, () => by);
  }
  return text;
}

/** Writes edited files and the overlay's JSON into `folder`; returns the JSON's path. `moduleFolder` finds a module in the cache. */
export async function writeOverlay(
  edits: readonly SourceEdit[],
  folder: string,
  moduleFolder: (module: string) => Promise<string>,
): Promise<string> {
  const overlay = join(folder, 'overlay');
  await mkdir(overlay, { recursive: true });
  const replace: Record<string, string> = {};
  for (const edit of edits) {
    const original = join(await moduleFolder(edit.module), edit.file);
    const source = edit.content ?? (await readFile(original, 'utf8').catch(() => missing(edit)));
    const edited = join(overlay, `${createHash('sha256').update(original).digest('hex').slice(0, 12)}.go`);
    await writeFile(edited, applyEdit(source, edit, `${edit.module}/${edit.file}`));
    replace[original] = edited;
  }
  const path = join(folder, 'overlay.json');
  await writeFile(path, JSON.stringify({ Replace: replace }, null, 2));
  return path;
}

function missing(edit: SourceEdit): never {
  throw new AnchorError(`${edit.module}: ${edit.file} does not exist in this version`);
}
