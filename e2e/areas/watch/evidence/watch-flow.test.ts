import { expect } from 'chai';
import { describe, it } from 'mocha';
import { faultProfiles, profileNamed } from '../profiles/profile.ts';
import { flowFate, type FlowFate } from './watch-flow-fate.ts';
import { flowHistories } from './watch-flow.ts';
import type { TcpSegment } from './watch-tcp-segment.ts';

/** A connection in small steps: what is `sent` crosses the balancer within 0.1 ms unless it is `eaten`. */
class Wire {
  readonly client: TcpSegment[] = [];
  readonly server: TcpSegment[] = [];
  readonly #next = { client: 1000, server: 5000 };

  sent(
    at: number,
    from: 'client' | 'server',
    length: number,
    options: { flags?: string; eaten?: boolean; probe?: boolean } = {},
  ): this {
    const { flags = 'A', eaten = false, probe = false } = options;
    const to = from === 'client' ? 'server' : 'client';
    const ends = { client: '10.0.0.1:40000', server: '10.0.1.1:6443' };
    const has = (letter: string): boolean => flags.includes(letter);
    const segment: TcpSegment = {
      at,
      from: ends[from],
      to: ends[to],
      seq: this.#next[from] - (probe ? 1 : 0),
      ack: has('A') ? this.#next[to] : 0,
      flags: { syn: has('S'), ack: has('A'), fin: has('F'), rst: has('R') },
      window: 500,
      length,
    };
    this.#next[from] += length + (has('S') || has('F') ? 1 : 0);
    this[from].push(segment);
    if (!eaten) this[to].push({ ...segment, at: at + 0.1 });
    return this;
  }

  /** The balancer's own reset: only the recipient's side has it. */
  reset(at: number, towards: 'client' | 'server', shift = 0): this {
    const from = towards === 'client' ? 'server' : 'client';
    const ends = { client: '10.0.0.1:40000', server: '10.0.1.1:6443' };
    const flags = { syn: false, ack: false, fin: false, rst: true };
    this[towards].push({
      at,
      from: ends[from],
      to: ends[towards],
      seq: this.#next[from] + shift,
      ack: 0,
      flags,
      window: 0,
      length: 0,
    });
    return this;
  }

  opened(): this {
    return this.sent(0, 'client', 0, { flags: 'S' })
      .sent(1, 'server', 0, { flags: 'SA' })
      .sent(2, 'client', 0)
      .sent(3, 'client', 100)
      .sent(4, 'server', 200)
      .sent(5, 'client', 0);
  }

  fate(
    profile: (typeof faultProfiles)[number]['name'] | 'private-conntrack-idle',
    more: { firedAt?: number; until?: number; path?: 'private' } = {},
  ): FlowFate {
    const flows = flowHistories({ client: this.client, server: this.server }, 6443);
    return flowFate({ profile: profileNamed(profile), path: 'public', idleSeconds: 45, flows, until: 80_000, ...more });
  }
}

describe('the fate of a connection', () => {
  it('azure-reset: exact resets to both ends after T', () => {
    const fate = new Wire().opened().reset(45_006, 'client').reset(45_006.2, 'server').fate('azure-reset');
    expect(fate).to.include({ kind: 'lost', at: 45_006 });
    expect(fate.reason).to.equal('RST to client (seq exact) and server (seq exact) after 45.00 s of silence');
  });
  it('azure-reset: a reset with another number is told', () => {
    expect(new Wire().opened().reset(45_006, 'client', 7).fate('azure-reset').reason).to.contain('seq not exact');
  });
  it('a reset by an end is not the balancer', () => {
    const wire = new Wire().opened().sent(45_006, 'server', 0, { flags: 'R' });
    expect(wire.fate('azure-reset')).to.include({ kind: 'unproven' });
  });
  it('a reset that comes before T is not the fault', () => {
    expect(new Wire().opened().reset(20_000, 'client').fate('azure-reset').kind).to.equal('unproven');
  });
  it('gcp-silent: dead at T, shown by the packet that did not pass', () => {
    const fate = new Wire().opened().sent(47_000, 'server', 50, { eaten: true }).fate('gcp-silent');
    expect(fate).to.include({ kind: 'lost' });
    expect((fate as { at: number }).at).to.be.closeTo(45_005, 1);
  });
  it('aws-nlb: the sender of the next packet is reset', () => {
    const fate = new Wire()
      .opened()
      .sent(47_000, 'server', 50, { eaten: true })
      .reset(47_000.1, 'server')
      .fate('aws-nlb');
    expect(fate.reason).to.contain('RST to server (seq exact)');
  });
  it('silence beyond T without a trace proves nothing', () => {
    for (const profile of ['azure-reset', 'gcp-silent', 'aws-nlb'] as const)
      expect(new Wire().opened().fate(profile)).to.include({ kind: 'unproven' });
  });
  it('a packet of the client makes a forgotten translation anew, on the private path only', () => {
    const revived = new Wire().opened().sent(60_000, 'client', 17).sent(60_001, 'server', 17);
    const fate = revived.fate('private-conntrack-idle', { path: 'private' });
    expect(fate).to.include({ kind: 'kept', refreshes: 1 });
    expect(fate.reason).to.contain('forgotten by the node and made anew by a packet of the client');
    expect(revived.fate('gcp-silent').kind, 'a balancer that lets it pass has not forgotten').to.equal('unproven');
    const mute = new Wire().opened().sent(60_000, 'client', 17);
    expect(mute.fate('private-conntrack-idle', { path: 'private' }).kind, 'nobody answered').to.equal('unproven');
    const spoken = new Wire().opened().sent(60_000, 'server', 17).sent(60_001, 'client', 17);
    expect(spoken.fate('private-conntrack-idle', { path: 'private' }).kind, 'the server spoke').to.equal('unproven');
  });
  it('keepalives every 30 s keep it', () => {
    const wire = new Wire().opened();
    for (const at of [30_000, 60_000]) wire.sent(at, 'client', 0, { probe: true }).sent(at + 1, 'server', 0);
    const fate = wire.fate('azure-reset');
    expect(fate).to.include({ kind: 'kept', keepalives: 2, refreshes: 2 });
  });
  it('a proxy that closes after T without payload is the fault, one that passes on a close is not', () => {
    const closes = (at: number): Wire => {
      const wire = new Wire().opened();
      wire.client.push({
        ...(wire.client[1] as TcpSegment),
        at,
        length: 0,
        flags: { syn: false, ack: true, fin: true, rst: false },
      });
      return wire;
    };
    expect(closes(45_010).fate('proxy-fin')).to.include({ kind: 'lost', at: 45_010 });
    expect(closes(200).fate('proxy-fin').kind).to.equal('unproven');
  });
  it('a commanded black hole is shown by what it ate', () => {
    const wire = new Wire().opened();
    expect(wire.fate('blackhole-flow', { firedAt: 1000 }).kind).to.equal('unproven');
    wire.sent(2000, 'server', 10, { eaten: true });
    expect(wire.fate('blackhole-flow', { firedAt: 1000 })).to.include({ kind: 'lost', at: 1000 });
  });
  it('no packets, no proof', () => {
    expect(new Wire().fate('none')).to.deep.equal({
      kind: 'unproven',
      reason: 'no connection of this client is in the captures',
    });
  });
});
