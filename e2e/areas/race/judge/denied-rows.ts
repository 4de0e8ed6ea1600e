/** Whether the kernel's table keeps rows of connections that policy denied. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { type DeniedAim, deniedRows, type Flood } from '../faults/denied-syns.ts';
import type { RaceEnd, RaceStage } from '../stage/race-stage.ts';
import { deniedRowsGo } from './judgements.ts';
import { lastLook } from './last-look.ts';

/** The agent gives a row a second; the kernel itself drops one of an unanswered SYN after two minutes. */
const goneWithinMs = 10_000;
const lookEveryMs = 500;
/** Less of them denied by the agent's own word, and the rest may have been lost elsewhere. */
const leastDenied = 0.95;

export interface DeniedRows extends Flood {
  readonly aim: DeniedAim;
  /** Rows right after the last connection was given up, and at the last look. */
  readonly atOnce: number;
  readonly left: number;
  readonly tookMs: number;
}

/** Looks at the table until no row is left or the bound is over. */
export async function watchDeniedRows(t: SpecContext, stage: RaceStage, from: RaceEnd, aim: DeniedAim) {
  const time = { withinMs: t.bound(goneWithinMs), everyMs: lookEveryMs };
  const looks: number[] = [];
  const { seen: left, durationMs } = await lastLook(
    t,
    time,
    async () => {
      const rows = await deniedRows(stage, from, aim, t.signal);
      looks.push(rows);
      return rows;
    },
    (rows) => rows === 0,
  );
  return { atOnce: looks[0] ?? left, left, tookMs: durationMs };
}

/** All that were looked at: one path's failure must not hide another's. */
export function judgeDeniedRows(t: SpecContext, stage: RaceStage, all: readonly DeniedRows[]): void {
  const ways = all.map(({ aim, left, sent }) => `${left} of ${sent} rows of denied connections left (${aim.path})`);
  if (all.length === 0) t.inconclusive(`policy let in whoever called ${stage.client.name}: nothing was denied`);
  t.evidence.inShort(ways.join('; '));
  for (const seen of all) hold(t, stage, seen);
  t.judgeHeld();
}

function hold(t: SpecContext, stage: RaceStage, seen: DeniedRows): void {
  const { aim, sent, denied, atOnce, left, tookMs } = seen;
  const boundMs = t.bound(goneWithinMs);
  const subject = `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}, connections to ${aim.path} ${aim.address}:${aim.port}`;
  if (denied < leastDenied * sent)
    t.inconclusive(`${subject}: only ${denied} DENY lines for ${sent} connections: who dropped the rest is unknown`);
  t.evidence.measure({ name: `rows of denied connections (${aim.path})`, value: left, unit: 'rows', bound: 0 });
  t.hold(deniedRowsGo, {
    outcome: left === 0 ? 'gone' : 'rows-stay',
    facts: { path: aim.path },
    measures: { left, 'share-left': left / sent },
    subject,
    expected: `no row of ${sent} denied connections in the kernel's table after ${boundMs} ms`,
    observed: `${left} rows after ${Math.round(tookMs)} ms, ${atOnce} at first`,
    durationMs: tookMs,
  });
}
