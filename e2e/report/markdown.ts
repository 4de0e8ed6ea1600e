/** Escaping for the Markdown that GitHub renders: whatever text is given shows as itself, in one table cell. */
import { oneLine } from './printable.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '@': '&#64;' };

/** Every ASCII punctuation character that Markdown or inline HTML could act on gets an entity or a backslash. */
export function md(text: string, max = Infinity): string {
  return oneLine(text, max)
    .replace(/[&<>@\\`*_{}[\]()#+!|~$]/g, (character) => ENTITIES[character] ?? `\\${character}`)
    .replace(/\b(https?):\/\//g, '$1&#58;//');
}

/** A table from rows of cells that are escaped already. */
export function mdTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A link when the address is a plain web address, else the title alone. */
export function mdLink(title: string, url: string): string {
  return /^https?:\/\/[^\s()<>\\]+$/.test(url) ? `[${md(title)}](${url})` : md(title);
}
