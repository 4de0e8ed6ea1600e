/** Names and addresses that another cluster chooses otherwise: in a replay a mark stands in their place, and the script fills it in. */

export class StandIns {
  readonly #marks = new Map<string, string>();

  /** The mark of a value, the same for the same value. */
  mark(value: string): string {
    const known = this.#marks.get(value);
    if (known !== undefined) return known;
    const mark = `@V${this.#marks.size + 1}@`;
    this.#marks.set(value, mark);
    return mark;
  }

  /** The text with a mark in place of each value that stands in it as a whole. */
  fill(text: string): string {
    let filled = text;
    // Longest first: 10.0.0.1 begins 10.0.0.12.
    for (const [value, mark] of [...this.#marks].sort(([a], [b]) => b.length - a.length))
      filled = filled.replaceAll(new RegExp(`(?<![\\w.:-])${escaped(value)}(?![\\w-]|[.:]\\w*[.:])`, 'g'), mark);
    return filled;
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
