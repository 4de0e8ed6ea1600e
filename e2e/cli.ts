/** `npm run e2e`: the engine with its real surroundings. */
import { composition } from './compose/composition.ts';
import { runCommand } from './harness/run/run-command.ts';

process.exitCode = await runCommand(process.argv.slice(2), composition);
