/** Rounds until the hours are over. What was soaked is on disk after each, so that a soak that was ended goes on. */
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonLines } from '../report/json-lines.ts';
import { UsageError } from '../harness/run/usage-error.ts';

export interface Round {
  /** 1-based, counted over every start of the soak. */
  readonly round: number;
  /** ISO 8601, UTC. */
  readonly began: string;
  readonly ms: number;
  readonly exit: number;
  /** What it was asked for: a soak goes on only with the same. */
  readonly asked: string;
}

export interface Soaking {
  readonly out: string;
  readonly hours: number;
  readonly asked: string;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly interrupted: () => boolean;
  /** What a round did until it was interrupted counts, as an hour of watching does. */
  readonly countsWhatWasCut?: boolean;
  /** Does one round into a folder of its own; resolves with its exit code. `leftMs`: of the soak. */
  readonly run: (folder: string, leftMs: number) => Promise<number>;
  /** After each round, and once before the first. */
  readonly told: (rounds: readonly Round[]) => Promise<void>;
}

export const roundFolder = (out: string, round: number): string => join(out, 'rounds', String(round).padStart(5, '0'));

/** Rounds of this and of earlier starts, in order. Throws UsageError where the folder holds a soak of something else. */
export async function soakRounds(soaking: Soaking): Promise<readonly Round[]> {
  const { out, asked } = soaking;
  const file = join(out, 'rounds.jsonl');
  await mkdir(out, { recursive: true });
  const rounds = [...(await readJsonLines<Round>(file))];
  const other = rounds.find((round) => round.asked !== asked);
  if (other !== undefined)
    throw new UsageError(`${out} holds a soak of "${other.asked}", and this one is of "${asked}": give another --out`);
  await soaking.told(rounds);
  const wholeMs = soaking.hours * 3_600_000;
  for (;;) {
    const leftMs = wholeMs - rounds.reduce((sum, { ms }) => sum + ms, 0);
    if (leftMs <= 0 || soaking.interrupted()) return rounds;
    const number = (rounds.at(-1)?.round ?? 0) + 1;
    const began = new Date().toISOString();
    const start = soaking.now();
    const exit = await soaking.run(roundFolder(out, number), leftMs);
    // What an interruption cut short is soaked again: half of the specs prove nothing of the others.
    if (soaking.interrupted() && soaking.countsWhatWasCut !== true) return rounds;
    const round = { round: number, began, ms: Math.max(1, soaking.now() - start), exit, asked };
    rounds.push(round);
    await appendFile(file, `${JSON.stringify(round)}\n`);
    await soaking.told(rounds);
    if (exit === 64) throw new UsageError(`a round ended with 64 (wrong usage): ${asked}`);
  }
}

/** 1 when a round went wrong, 2 when one could not be judged or none was whole. One that was interrupted says nothing bad. */
export function soakExit(rounds: readonly Round[]): number {
  const whole = rounds.filter(({ exit }) => exit <= 128);
  if (whole.some(({ exit }) => exit === 1)) return 1;
  return whole.length > 0 && whole.every(({ exit }) => exit === 0) ? 0 : 2;
}
