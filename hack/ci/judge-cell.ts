/**
 * `node --import tsx hack/ci/judge-cell.ts CELL CODE RESULTS`: whether a run of the nightly matrix that is red on purpose ended
 * with CODE for the right reason. RESULTS is its results.jsonl. Exit 0 as expected, 1 not, 64 an unknown cell.
 */
import { existsSync, readFileSync } from 'node:fs';
import { judgeLane } from './judge-lane.ts';
import { redCells } from './red-cells.ts';

const [name = '', code = '', file = ''] = process.argv.slice(2);
const cell = redCells.find((each) => each.name === name);
if (cell === undefined) {
  process.stderr.write(
    `no cell is red on purpose by the name "${name}"; known: ${redCells.map((each) => each.name).join(', ')}\n`,
  );
  process.exitCode = 64;
} else {
  const exit = /^\d{1,3}$/.test(code) ? Number(code) : undefined;
  const wrong = judgeLane(cell, exit, existsSync(file) ? readFileSync(file, 'utf8') : undefined);
  for (const line of wrong) process.stdout.write(`${line}\n`);
  if (wrong.length === 0) process.stdout.write(`${name}: red on purpose, and for the right reason\n`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
