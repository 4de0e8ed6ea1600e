/** What the schedules came to, as Markdown and JSON. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DOCKER_RESTARTED } from './docker-restart.ts';
import type { Judged } from './judge-schedule.ts';
import { md } from '../report/markdown.ts';
import { scheduleText } from './schedule.ts';

export function markdownOf(world: string, judged: readonly Judged[]): string {
  const bad = judged.filter(({ problems }) => problems.length > 0).length;
  const docker = judged.filter(({ schedule }) => schedule.faults.some(({ name }) => name === DOCKER_RESTARTED)).length;
  const again = `--schedules ${judged.length - docker}${docker > 0 ? ' --restart-docker' : ''}`;
  const rows = judged.map(
    (each) =>
      `| ${each.schedule.number} | ${scheduleText(each.schedule, each.struck)} | ${each.exit} | ${(each.durationMs / 1000).toFixed(0)} s | ${each.verdict} | ${cell(each.sentence)} | ${each.restoredBy} | ${cell(each.problems.join('; '))} |`,
  );
  return [
    `# Faults under the suite: ${world}`,
    '',
    `${judged.length} schedules, seed ${judged[0]?.schedule.seed ?? 0}; ${bad} ended otherwise than they have to.`,
    `Played again by \`npm run prove -- faults --world ${world} --seed ${judged[0]?.schedule.seed ?? 0} ${again}\`.`,
    '',
    '| # | faults, after the spec began | exit | ended after | verdict | what it said | restored by | problems |',
    '|---:|---|---:|---:|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** What was played earlier under the same seed and is not in `judged` stays in the table. */
export async function writeScheduleTable(folder: string, world: string, judged: readonly Judged[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${world}.json`);
  const seed = judged[0]?.schedule.seed;
  const numbers = new Set(judged.map(({ schedule }) => schedule.number));
  const earlier = JSON.parse(await readFile(file, 'utf8').catch(() => '[]')) as readonly Judged[];
  const kept = earlier.filter(({ schedule }) => schedule.seed === seed && !numbers.has(schedule.number));
  const all = [...kept, ...judged].sort((a, b) => a.schedule.number - b.schedule.number);
  await writeFile(join(folder, `${world}.md`), placeless(markdownOf(world, all)));
  await writeFile(file, placeless(`${JSON.stringify(all, undefined, 2)}\n`));
}

/** The table is committed: where this machine has its folders is nobody's concern. */
function placeless(text: string): string {
  return text.replaceAll(homedir(), '~').replaceAll(tmpdir(), '$TMPDIR');
}

const cell = (text: string): string => md(text, 300);
