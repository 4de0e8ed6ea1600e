/** `npm run prove -- faults`: random faults under a run of the suite, and whether it ends, says why, and leaves nothing. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Judged } from '../faults/judge-schedule.ts';
import { playSchedule } from '../faults/play-schedule.ts';
import { scheduleText, schedulesOf } from '../faults/schedule.ts';
import { writeScheduleTable } from '../faults/schedule-table.ts';
import { makeSmallDisk, type SmallDisk } from '../faults/small-disk.ts';
import type { World } from '../faults/world.ts';
import { ENDING_SIGNALS, EXIT, exitCodeOfSignal } from '../harness/run/exit-codes.ts';
import { watchOutput } from '../harness/run/output.ts';
import { UsageError } from '../harness/run/usage-error.ts';
import { isParseArgsError } from './run-command-line.ts';
import { shown } from '../harness/run/shown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const HELP = `npm run prove -- faults [--world stand-in|kind] [--schedules N] [--seed N] [--only N[-M]] [--out DIR]

  --world      stand-in: a run of the engine with a stand-in API server, without a cluster (default)
               kind: one UDP spec on a kind cluster, which is made and taken down
  --schedules  how many (20)
  --seed       draws the schedules; printed, random by default
  --only       play these of them alone, such as 3 or 11-20; the table keeps the others of this seed
  --restart-docker  with kind: at the end one more, Docker's daemon restarted; refused when other containers run
  --out DIR    where the table goes (reports/faults)
Needs root: reports are written to a small file system that can be filled.
Exit code: 0 every run ended as it has to, 1 one did not.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      world: { type: 'string', default: 'stand-in' },
      schedules: { type: 'string', default: '20' },
      seed: { type: 'string' },
      only: { type: 'string' },
      'restart-docker': { type: 'boolean', default: false },
      out: { type: 'string', default: 'reports/faults' },
    },
  });
  if (values.help === true) {
    process.stdout.write(shown(HELP));
    return EXIT.asExpected;
  }
  const stop = interruption();
  const seed = Number(values.seed ?? 1 + Math.floor(Math.random() * 0xffff));
  const disk = makeSmallDisk(values.world === 'kind' ? 64 : 4);
  try {
    const world = await makeWorld(values.world, disk, values['restart-docker']);
    try {
      const named = (last: boolean): readonly string[] =>
        Object.keys(world.faults).filter((name) => (world.faults[name]?.last === true) === last);
      const all = schedulesOf(seed, Number(values.schedules), named(false), world.bodyMs, named(true));
      const [first = 1, last = first] = values.only?.split('-').map(Number) ?? [1, all.length];
      const chosen = all.filter(({ number }) => number >= first && number <= last);
      process.stdout.write(shown(`seed ${seed}: ${chosen.length} schedules in the world ${world.name}\n`));
      if (chosen.length === 0)
        throw new UsageError(
          `--schedules ${values.schedules} --only ${values.only ?? ''}: no schedule is left to play`,
        );
      const judged: Judged[] = [];
      for (const schedule of chosen) {
        if (stop.code !== undefined) return stop.code;
        const reports = join(disk.path, `schedule-${schedule.number}`);
        mkdirSync(reports, { recursive: true });
        const each = await playSchedule(world, schedule, reports);
        judged.push(each);
        process.stdout.write(shown(lineOf(each)));
        // After each, so that what was interrupted keeps what it has.
        await writeScheduleTable(resolve(root, values.out), world.name, judged);
      }
      return judged.some(({ problems }) => problems.length > 0) ? EXIT.failed : EXIT.asExpected;
    } finally {
      await world.close();
    }
  } finally {
    disk.remove();
  }
}

/** The schedule that plays ends first, because it puts back what it broke; a second signal does not wait for it. */
function interruption(): { readonly code: number | undefined } {
  const state: { code: number | undefined } = { code: undefined };
  const hear = (signal: NodeJS.Signals): void => {
    const code = exitCodeOfSignal(signal);
    if (state.code !== undefined) process.exit(code);
    state.code = code;
    process.stdout.write(
      shown(`${signal}: ends after this schedule; once more ends at once, and npm run gc tidies up\n`),
    );
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, hear);
  watchOutput(({ readerLeft }) => (state.code ??= readerLeft ? EXIT.closedOutput : EXIT.infrastructure));
  return state;
}

async function makeWorld(name: string, disk: SmallDisk, restartDocker: boolean): Promise<World> {
  if (name === 'stand-in') return (await import('../faults/stand-in-world.ts')).standInWorld(disk);
  if (name === 'kind') return (await import('../faults/kind-world.ts')).kindWorld(disk, { restartDocker });
  throw Object.assign(new Error(`--world ${name}: allowed are stand-in, kind`), { code: 'ERR_PARSE_ARGS' });
}

function lineOf({ schedule, struck, exit, verdict, sentence, restoredBy, durationMs, problems }: Judged): string {
  const end = problems.length === 0 ? 'ok' : `PROBLEM: ${problems.join('; ')}`;
  const seconds = (durationMs / 1000).toFixed(1);
  return `${schedule.number}. ${scheduleText(schedule, struck)}: exit ${exit} after ${seconds} s, ${verdict}, restored by ${restoredBy}: ${sentence}\n   ${end}\n`;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const usage = isParseArgsError(error) || error instanceof UsageError;
    process.stderr.write(
      shown(
        `staleproof faults: ${error instanceof Error ? ((usage ? undefined : error.stack) ?? error.message) : String(error)}\n`,
      ),
    );
    process.exit(usage ? EXIT.usage : EXIT.infrastructure);
  },
);
