/** Whether what policy forbids is denied the whole time. */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { RaceStage } from '../stage/race-stage.ts';
import { forbiddenDenied } from './judgements.ts';

export interface Knocks {
  readonly knocks: number;
  readonly heard: number;
  readonly durationMs: number;
}

export function judgeDenied(t: SpecContext, stage: RaceStage, { knocks, heard, durationMs }: Knocks): void {
  const subject = `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}, udp ${stage.server.ip} → ${stage.client.ip}`;
  if (knocks === 0) t.inconclusive(`${subject}: nothing forbidden was sent`);
  t.evidence.inShort(`${heard} of ${knocks} forbidden datagrams got through`);
  t.judge(forbiddenDenied, {
    outcome: heard === 0 ? 'denied' : 'passes',
    facts: { during: 'cleanup-passes' },
    measures: { 'share-heard': heard / knocks },
    subject,
    expected: 'no forbidden datagram to reach the isolated client',
    observed: `${heard} of ${knocks} reached it`,
    durationMs,
    tries: knocks,
  });
}
