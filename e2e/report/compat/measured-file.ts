/** `reports/compat/measured.jsonl`: one measurement a line, so that a change of the file says what was measured anew. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { type CompatMeasurement, compatOf } from './compat-schema.ts';

/** Empty when there is no such file. Throws with the file, the line and the field that is not as described. */
export async function readMeasured(file: string): Promise<readonly CompatMeasurement[]> {
  if (!existsSync(file)) return [];
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.flatMap((line, index) => {
    const where = `${file}: line ${index + 1}`;
    return compatOf({ schema: 1, measurements: [jsonOf(line, where)], defects: [] }, where).measurements;
  });
}

export async function writeMeasured(file: string, measurements: readonly CompatMeasurement[]): Promise<void> {
  await writeFile(file, measurements.map((one) => `${JSON.stringify(one)}\n`).join(''));
}

function jsonOf(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`${where}: no JSON: ${(error as Error).message}`, { cause: error });
  }
}
