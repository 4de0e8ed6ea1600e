import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Attack } from '../faults/race-attack.ts';
import type { RaceStage } from '../stage/race-stage.ts';
import type { RaceAccount } from '../evidence/race-account.ts';
import { judgeRace } from './race-judgement.ts';
import { judgingContext } from '../../../harness/run/testdata/judging-context.ts';

const none = new Set<number>();
const flows = {
  protocol: 'tcp',
  ...{ clientIp: '10.244.1.2', serverIp: '10.244.2.3' },
  clientPorts: { first: 20_000, count: 4 },
  serverPorts: { first: 7000, count: 1 },
} as const;
const calm: RaceAccount = {
  ...{ alive: 4, deletedBefore: new Set([0]), deletedAlive: none, skipped: new Set([1, 2]), denied: none, cut: none },
  ...{ healed: none, victims: none, inFlight: none, otherCause: none, windowMs: 0 },
};

async function judge(account: Partial<RaceAccount>, more: Partial<Attack> = {}, address = '10.96.0.1') {
  const { t, kept } = judgingContext('npa@1');
  const stage = {
    ...{ agent: { node: { name: 'worker' } }, server: { ip: '10.244.2.3' } },
    ...{ address, owner: 'client' },
  } as unknown as RaceStage;
  const race = {
    account: { ...calm, ...account },
    observation: { owner: '10.244.1.2', spokeAtMs: 5 },
    ...{ flows, ballast: undefined, ms: 1500, openMs: 3, healMs: undefined, onWire: 2, driverBytes: 3 * 2 ** 20 },
    ...more,
  } as unknown as Attack;
  const error = await judgeRace(t, stage, race).then(
    () => undefined,
    (reason: unknown) => reason as Error,
  );
  return { error, kept };
}

describe('a race is judged', () => {
  it('passes when no live flow was cut by a delete, and says what happened instead', async () => {
    const { error, kept } = await judge({});
    expect(error).to.equal(undefined);
    expect(kept.findings).to.have.length(1);
    expect(kept.findings[0]?.observed).to.equal(
      '0 cut by a delete; 2 kept by a re-check, 1 deleted before they were alive',
    );
    expect(kept.findings[0]?.subject).to.match(/^npa@1 on worker, tcp 10\.244\.1\.2 → 10\.96\.0\.1/);
    expect(kept.measures).to.include({
      ...{ 'flows alive at the delete pass': 4, 'kept by a re-check': 2, 'deleted before they were alive': 1, cut: 0 },
      ...{ 'window of deletes': 0, 'verdict after': 1500, 'memory of the driver': 3 },
    });
    expect(kept.measures).to.not.have.property('healed after the client sent');
    expect(kept.attached).to.deep.equal(['race-tcp-20000.json']);
    expect(kept.records).to.deep.equal([]);
    expect(kept.inShort).to.deep.equal(['4 of 4 tcp flows held, 0 cut by the cleanup']);
  });

  it('fails on a victim, with an example that a maintainer can look up', async () => {
    const cut = new Set([2, 3]);
    const { error, kept } = await judge(
      { cut, victims: cut, deletedAlive: cut, denied: new Set([3, 0]), healed: new Set([2]), windowMs: 0.25 },
      { healMs: 12 },
    );
    expect(error?.name).to.equal('JudgementError');
    expect(kept.judgements[0]).to.deep.include({
      ...{ id: 'live-flow-kept', outcome: 'cut-by-delete', measures: { 'share-cut': 0.5 } },
      facts: { owner: 'client', path: 'service', protocol: 'tcp', agent: 'at-its-pace' },
    });
    expect(error?.message).to.match(
      /2 live flows cut: .*, 1 have a DENY line, 2 had replies .*, 1 healed .* within 250 µs; for instance source port 20002/,
    );
    expect(kept.inShort).to.deep.equal(['2 of 4 tcp flows held, 2 cut by the cleanup']);
    expect(kept.measures).to.include({
      'cut by the cleanup': 2,
      'healed after the client sent': 12,
      'window of deletes': 250,
    });
  });

  it('accuses nobody for a cut without a delete line', async () => {
    const { error, kept } = await judge({ cut: new Set([1]), otherCause: new Set([1]) });
    expect(error?.name).to.equal('InconclusiveError');
    expect(error?.message).to.match(/^1 of 4 flows were cut without a delete line/);
    expect(kept.findings[0]?.ok).to.equal(true);
  });

  it('shows nothing where too few flows came back', async () => {
    const { error } = await judge({ alive: 3 });
    expect(error?.message).to.equal('only 3 of 4 flows could be opened again: too few to show anything');
  });

  it('tells the fate of the key in flight', async () => {
    const cut = await judge({ inFlight: new Set([1]), cut: new Set([1]) });
    expect(cut.kept.records[0]?.summary).to.match(/source port 20001, it was cut;/);
    const spared = await judge({ inFlight: new Set([0]) });
    expect(spared.kept.records[0]?.summary).to.match(/source port 20000, it was not cut;/);
    expect(spared.error).to.equal(undefined);
  });

  it('tells a flow to the pod from one through the Service, and a held agent from one at its pace', async () => {
    const observation = { owner: '10.244.1.2', spokeAtMs: 5, stoppedAtMs: 7 } as Attack['observation'];
    const { kept } = await judge({}, { observation }, '10.244.2.3');
    expect(kept.judgements[0]?.facts).to.include({ path: 'pod', agent: 'held' });
  });

  it('has no share of no flow', async () => {
    const { error, kept } = await judge({ alive: 0 });
    expect(kept.judgements[0]?.measures).to.deep.equal({ 'share-cut': 0 });
    expect(error?.message).to.match(/^only 0 of 4 flows/);
  });

  it('takes 95 of 100 flows for enough', async () => {
    const hundred = { ...flows, clientPorts: { first: 20_000, count: 100 } };
    expect((await judge({ alive: 95 }, { flows: hundred })).error).to.equal(undefined);
    expect((await judge({ alive: 94 }, { flows: hundred })).error?.name).to.equal('InconclusiveError');
  });

  it('keeps the whole account for whoever checks it', async () => {
    const read = async (account: Partial<RaceAccount>, more: Partial<Attack>): Promise<unknown> =>
      JSON.parse((await judge(account, more)).kept.texts.get('race-tcp-20000.json') ?? '');
    const known = await read(
      { inFlight: new Set([1]), windowMs: 0.25 },
      {
        observation: { owner: '10.244.1.2', spokeAtMs: 5, stoppedAtMs: 7 } as Attack['observation'],
        ...{ ballast: { entries: 9 } as unknown as NonNullable<Attack['ballast']>, healMs: 12 },
      },
    );
    expect(known).to.deep.equal({
      ...{ flows, count: 4, owner: '10.244.1.2', ballast: { entries: 9 }, stoppedAtMs: 7, spokeAtMs: 5, openMs: 3 },
      ...{ healMs: 12, windowMicroseconds: 250, inFlight: [1], repliesOnWire: 2, alive: 4, deletedBefore: '0' },
      ...{ deletedAlive: '', skipped: '1-2', denied: '', cut: '', victims: '', healed: '', otherCause: '' },
    });
    // What nobody measured is null, never 0.
    expect(await read({}, {})).to.include({ ballast: null, stoppedAtMs: null, healMs: null });
  });
});
