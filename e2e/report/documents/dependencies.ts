/** The tables of docs/dependencies.md as data. */

export interface DocumentedDependency {
  readonly name: string;
  readonly section: string;
  /** what, why, replaces, used in */
  readonly cells: readonly string[];
}

/** Rows whose first cell is a package name in `code`, in the order of the page. */
export function documentedDependencies(markdown: string): readonly DocumentedDependency[] {
  let section = '';
  return markdown.split('\n').flatMap((line) => {
    section = /^## (.+)$/.exec(line)?.[1] ?? section;
    const name = /^\|\s*`([^`]+)`\s*\|/.exec(line)?.[1];
    if (name === undefined) return [];
    const cells = line.split('|').slice(2, -1);
    return [{ name, section, cells: cells.map((cell) => cell.trim()) }];
  });
}
