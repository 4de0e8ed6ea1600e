/** `npm run gc`: takes back what dead runs left. Living runs and kept clusters are not touched. */
import { parseArgs } from 'node:util';
import { watchOutput } from '../harness/run/output.ts';
import { collectLeftovers } from './collect-leftovers.ts';
import { isParseArgsError } from './run-command-line.ts';
import { shown } from '../harness/run/shown.ts';

const usage = 'usage: npm run gc [-- --dry-run]';

// What is half taken back is of no use to a reader who left.
watchOutput(() => undefined);
try {
  const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } });
  const say = (line: string): void => void process.stdout.write(shown(`${line}\n`));
  process.exitCode = await collectLeftovers(values['dry-run'], say);
} catch (error) {
  const isUsage = isParseArgsError(error);
  process.stderr.write(shown(`staleproof: ${(error as Error).message}\n${isUsage ? `${usage}\n` : ''}`));
  process.exitCode = isUsage ? 64 : 2;
}
