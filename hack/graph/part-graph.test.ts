import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { forecast, standsInMs } from './forecast.ts';
import { someGraph, someWidths } from './graph-arbitrary.ts';
import { byUrgency, checkGraph, type GraphPart, inheritedNeed, usualWidths } from './part-graph.ts';

const part = (name: string, more: Partial<GraphPart> = {}): GraphPart => ({
  name,
  after: [],
  lane: 'core',
  expectedMs: 10,
  need: 0,
  ...more,
});

describe('graph of parts', () => {
  it('refuses what cannot be made, by name', () => {
    expect(() => checkGraph([part('a', { after: ['b'] })])).to.throw('a comes after b, which is no part of the set-up');
    expect(() => checkGraph([part('a', { after: ['b'] }), part('b', { after: ['a'] })])).to.throw('a → b → a');
    expect(() => checkGraph([part('a'), part('a')])).to.throw('there twice: a');
  });

  it('puts what the first specs need first, and of that the longest chain', () => {
    const parts = [
      part('clients', { need: 2, expectedMs: 500 }),
      part('etcd', { expectedMs: 40 }),
      part('kubernetes', { expectedMs: 520 }),
      part('node-image', { after: ['kubernetes', 'etcd'], lane: 'docker' }),
      part('agent', { need: 1, expectedMs: 240 }),
    ];
    const names = byUrgency(parts).map(({ name }) => name);
    expect(names).to.deep.equal(['kubernetes', 'etcd', 'node-image', 'agent', 'clients']);
  });

  it('makes a part as urgent as the first one that waits for it', () => {
    const parts = [part('root', { need: 3 }), part('image', { need: 1, after: ['root'] }), part('other', { need: 2 })];
    expect(Object.fromEntries(inheritedNeed(parts))).to.deep.equal({ root: 1, image: 1, other: 2 });
    expect(byUrgency(parts).map(({ name }) => name)).to.deep.equal(['root', 'image', 'other']);
  });

  it('says when each part will stand, beside what runs already', () => {
    const parts = [
      part('kubernetes', { expectedMs: 500 }),
      part('root', { lane: 'network', expectedMs: 100 }),
      part('image', { lane: 'docker', after: ['kubernetes', 'root'], expectedMs: 30 }),
      part('agent', { need: 1, expectedMs: 200 }),
      part('client', { need: 2, expectedMs: 200 }),
    ];
    expect(forecast(parts, usualWidths)).to.deep.equal([
      { name: 'root', startsMs: 0, endsMs: 100 },
      { name: 'agent', startsMs: 0, endsMs: 200 },
      { name: 'kubernetes', startsMs: 0, endsMs: 500 },
      { name: 'client', startsMs: 200, endsMs: 400 },
      { name: 'image', startsMs: 500, endsMs: 530 },
    ]);
    const later = forecast(parts, usualWidths, {
      done: new Set(['root', 'agent', 'client']),
      running: new Map([['kubernetes', 460]]),
    });
    expect(standsInMs(later, ['image'])).to.equal(70);
    expect(standsInMs(later, ['agent', 'no part of it'])).to.equal(0);
  });

  it('forecasts every part once, after what it comes after, within its lane', () => {
    fc.assert(
      fc.property(someGraph, someWidths, (parts, widths) => {
        const found = new Map(forecast(parts, widths).map((each) => [each.name, each]));
        expect([...found.keys()].sort()).to.deep.equal(parts.map(({ name }) => name).sort());
        for (const { name, after, lane } of parts) {
          const { startsMs = -1 } = found.get(name) ?? {};
          for (const before of after) expect(startsMs).to.be.at.least(found.get(before)?.endsMs ?? Infinity);
          const beside = parts.filter((other) => {
            const when = found.get(other.name);
            return other.lane === lane && when !== undefined && when.startsMs <= startsMs && startsMs < when.endsMs;
          });
          expect(beside.length).to.be.at.most(widths[lane]);
        }
      }),
    );
  });

  it('ranks a part never behind one that waits for it', () => {
    fc.assert(
      fc.property(someGraph, (parts) => {
        const needs = inheritedNeed(parts);
        for (const { name, after } of parts)
          for (const before of after) expect(needs.get(before)).to.be.at.most(needs.get(name) ?? -1);
      }),
    );
  });
});
