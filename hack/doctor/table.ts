/** Doctor's table: a line a row; the remedy stands in a row only where something is to be done. */
import type { Row, State } from './check.ts';

const marks: Readonly<Record<State, string>> = { ok: '✓', limited: '–', missing: '✗' };

export function doctorTable(rows: readonly Row[]): string {
  const header = ['', 'what', 'found', 'needed by', 'how to get it'];
  const cells = rows.map((row) => [marks[row.state], row.what, shortened(row.found), row.neededBy, row.remedy]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  return [header, ...cells]
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One line that says what the table means. */
export function verdictLine(rows: readonly Row[]): string {
  const count = (state: State) => rows.filter((row) => row.state === state).length;
  const [missing, limited] = [count('missing'), count('limited')];
  const skipped = limited === 0 ? '' : `; ${limited} limited (–): specs that need them are skipped, or take longer`;
  return missing === 0 ? `ready${skipped}` : `${missing} missing${skipped}`;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
