/** Before the server speaks: a client's connect() returns before the server's accept(), and who is accepted late seems cut. */
import type { RaceDriver } from '../evidence/race-driver.ts';
import type { SpecContext } from '../../../harness/run/context.ts';

const acceptWithinMs = 5000;

/** Waits until the server has `expect` flows. Fewer in the end is a finding of the judgement, not of this wait. */
export async function flowsAccepted(
  t: SpecContext,
  server: RaceDriver,
  protocol: 'tcp' | 'udp',
  expect: number,
): Promise<void> {
  const withinMs = t.wait(acceptWithinMs);
  const { count } = await server.call<{ count: number }>({ cmd: 'accepted', protocol, expect, withinMs }, t.signal);
  if (count < expect)
    t.evidence.record({ kind: 'step', lane: 'flows', summary: `the server has ${count} of ${expect} flows` });
}
