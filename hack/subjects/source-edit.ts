/** Edits of a source text at named anchors. An anchor that is not found exactly as often as expected is an error: upstream moved. */

export interface SourceEdit {
  /** Path inside the module. */
  readonly file: string;
  readonly anchor: string;
  /** What each occurrence becomes, in order; a string replaces every occurrence, however many (at least one). `$&` is the anchor. */
  readonly become: string | readonly string[];
}

/** Throws with file, anchor, expected and found counts. */
export function applyEdit(text: string, edit: SourceEdit): string {
  const parts = text.split(edit.anchor);
  const found = parts.length - 1;
  const expected = typeof edit.become === 'string' ? undefined : edit.become.length;
  if (found === 0 || (expected !== undefined && found !== expected))
    throw new Error(
      `${edit.file}: expected ${expected ?? 'at least 1'} of the anchor \`${edit.anchor}\`, found ${found}; the variant was written for another version`,
    );
  return parts.reduce((done, part, index) => {
    const become = typeof edit.become === 'string' ? edit.become : (edit.become[index - 1] ?? '');
    return done + become.replaceAll('$&', () => edit.anchor) + part;
  });
}

/** All edits by file, each applied to what the one before left. */
export function applyEdits(edits: readonly SourceEdit[], read: (file: string) => string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const edit of edits) texts.set(edit.file, applyEdit(texts.get(edit.file) ?? read(edit.file), edit));
  return texts;
}
