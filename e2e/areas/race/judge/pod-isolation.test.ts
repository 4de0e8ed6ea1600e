import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { NpaLogLine } from '../evidence/npa-log.ts';
import { type Enforcement, watchEnforcement } from '../evidence/race-premises.ts';
import type { RaceStage } from '../stage/race-stage.ts';
import { judgeIsolated, requireEnforced } from './pod-isolation.ts';
import { endingOf, stage } from './testdata/outcome-of.ts';
import { judgingContext } from '../../../harness/run/testdata/judging-context.ts';

const judge = (seen: Enforcement, heard: number) =>
  endingOf((t) => judgeIsolated(t, stage, { pod: 'recreated', seen, knocks: { tries: 10, heard }, durationMs: 1000 }));

describe('isolation of a pod', () => {
  it('is judged by what reaches it once it was seen to be enforced', () => {
    expect(judge({ state: 'enforced', told: 'three in a row' }, 0).said).to.equal('pod-isolated isolated');
    const { said, kept } = judge({ state: 'enforced', told: 'three in a row' }, 2);
    expect(said).to.equal('pod-isolated leaks');
    expect(kept.judgements[0]?.facts).to.deep.equal({ pod: 'recreated' });
  });

  it('is missing where the pod goes on to be reached, and told in the agent’s own words where it gave up', () => {
    expect(judge({ state: 'open', told: 'still heard' }, 10).said).to.equal('pod-isolated never-isolated');
    const { said, kept } = judge({ state: 'open', told: 'still heard', gaveUp: 'failed to load progs' }, 10);
    expect(said).to.equal('pod-isolated gave-up');
    expect(kept.findings[0]?.observed).to.contain('still heard; the agent says "failed to load progs"');
  });

  it('is neither where nothing arrives and nobody says that it was denied', () => {
    const { said, kept } = judge({ state: 'unexplained', told: 'who dropped them is unknown' }, 0);
    expect(said).to.equal('who dropped them is unknown');
    expect(kept.judgements).to.deep.equal([]);
  });
});

function seenOn(lines: readonly Partial<NpaLogLine>[], hears: boolean): RaceStage {
  const log = { lines: [...lines], mark: lines.length };
  const server = { ip: '10.0.0.2', driver: { call: () => Promise.resolve({ from: 7 }) } };
  const client = { name: 'caller', ip: '10.0.0.1', driver: { call: () => Promise.resolve({ heard: hears }) } };
  return { ...stage, log, server, client, ownerEnd: client, namespace: 'shop' } as unknown as RaceStage;
}

const signal = new AbortController().signal;
const failed = { type: 'attach-failed', pod: 'caller', namespace: 'shop', reason: 'failed to load progs' } as const;

describe('enforcement, as it is watched', () => {
  it('is explained by the agent’s own word about this very pod', async () => {
    const other = [
      { ...failed, pod: 'other' },
      { ...failed, namespace: 'other' },
    ];
    expect(await watchEnforcement(seenOn([...other, failed], true), signal, 300)).to.deep.include({
      state: 'open',
      gaveUp: 'failed to load progs',
    });
    expect(await watchEnforcement(seenOn(other, true), signal, 300)).to.not.have.property('gaveUp');
    expect((await watchEnforcement(seenOn([failed], false), signal, 300)).state).to.equal('unexplained');
  });

  it('is seen by a DENY line for the very datagram', async () => {
    const place = seenOn([], false);
    const tuple = {
      sourceIp: '10.0.0.2',
      sourcePort: 7,
      destinationIp: '10.0.0.1',
      destinationPort: 8087,
      protocol: 17,
    };
    Object.defineProperty(place.log, 'lines', { get: () => [{ type: 'verdict', verdict: 'DENY', tuple }] });
    expect((await watchEnforcement(place, signal, 5000)).state).to.equal('enforced');
  });

  it('ends a spec as a failure only where the agent said that it gave up', async () => {
    const { t, kept } = judgingContext('npa@1');
    const required: string[] = [];
    const evidence = {
      ...t.evidence,
      require: async (premise: { prove(signal: AbortSignal): Promise<{ proven: boolean; reason?: string }> }) => {
        const proof = await premise.prove(signal);
        required.push(proof.reason ?? 'proven');
        return undefined as never;
      },
    };
    const run = (place: RaceStage) =>
      requireEnforced({ ...t, evidence, signal: AbortSignal.timeout(60_000) }, place, 300).then(String, String);
    expect(await run(seenOn([failed], true))).to.contain('the agent says "failed to load progs"');
    expect(kept.judgements.map(({ outcome }) => outcome)).to.deep.equal(['gave-up']);
    expect(required).to.deep.equal([]);
    await run(seenOn([], true));
    expect(required[0]).to.contain('not enforced');
  });
});
