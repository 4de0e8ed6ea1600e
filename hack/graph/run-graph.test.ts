import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { setImmediate as turn } from 'node:timers/promises';
import { someGraph, someWidths } from './graph-arbitrary.ts';
import type { GraphPart, Lane } from './part-graph.ts';
import { type MakePart, PartError, runGraph } from './run-graph.ts';

const part = (
  name: string,
  make: () => Promise<void> = () => Promise.resolve(),
  more: Partial<GraphPart> = {},
): MakePart => ({
  name,
  after: [],
  lane: 'core',
  expectedMs: 10,
  need: 0,
  ...more,
  make,
});
const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('run of a graph', () => {
  it('makes every part once, after what it comes after, and no more at a time than its lane takes', async () => {
    await fc.assert(
      fc.asyncProperty(someGraph, someWidths, fc.array(fc.nat(5)), async (parts, widths, turns) => {
        const done: string[] = [];
        const busy = new Map<Lane, number>();
        const makes = parts.map((each, index) => ({
          ...each,
          async make() {
            for (const before of each.after) expect(done).to.include(before);
            busy.set(each.lane, (busy.get(each.lane) ?? 0) + 1);
            expect(busy.get(each.lane)).to.be.at.most(widths[each.lane]);
            for (let left = turns[index % (turns.length || 1)] ?? 0; left > 0; left--) await turn();
            busy.set(each.lane, (busy.get(each.lane) ?? 0) - 1);
            done.push(each.name);
          },
        }));
        const graph = runGraph(makes, { widths });
        await Promise.all(parts.map(({ name }) => graph.ready(name)));
        await graph.finished;
        expect(done.sort()).to.deep.equal(parts.map(({ name }) => name).sort());
      }),
    );
  });

  it('ends when parts fail: all that comes after them is told why, all else is made', async () => {
    await fc.assert(
      fc.asyncProperty(someGraph, someWidths, fc.array(fc.nat(13), { maxLength: 3 }), async (parts, widths, broken) => {
        const bad = new Set(broken.map((index) => `part-${index}`));
        const made: string[] = [];
        const makes = parts.map((each) => ({
          ...each,
          async make() {
            await turn();
            if (bad.has(each.name)) throw new Error('compiler said no');
            made.push(each.name);
          },
        }));
        const graph = runGraph(makes, { widths });
        const reasons = await Promise.all(parts.map(({ name }) => reasonOf(graph.ready(name))));
        await graph.finished;
        const unmade = new Set<string>();
        for (const { name, after } of parts)
          if (bad.has(name) || after.some((each) => unmade.has(each))) unmade.add(name);
        for (const [index, { name }] of parts.entries()) {
          expect(made.includes(name)).to.equal(!unmade.has(name));
          if (!unmade.has(name)) expect(reasons[index]).to.equal(undefined);
          else expect(bad.has((reasons[index] as PartError).part)).to.equal(true);
        }
      }),
    );
  });

  it('tells of a failure at once, while others still run', async () => {
    let release: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    const told: string[] = [];
    const graph = runGraph(
      [
        part('kubernetes', () => slow),
        part('agent', () => Promise.reject(new Error('clang: not found'))),
        part('agent-image', undefined, { after: ['agent'] }),
      ],
      { events: { failed: ({ name }, _, unmade) => told.push(`${name} and ${unmade.join()}`) } },
    );
    const reason = await reasonOf(graph.ready('agent-image'));
    expect(String(reason)).to.equal('PartError: agent-image waits for agent, which failed: clang: not found');
    expect(told).to.deep.equal(['agent and agent-image']);
    expect([...graph.progress().running.keys()]).to.deep.equal(['kubernetes']);
    release();
    await graph.ready('kubernetes');
    await graph.finished;
  });

  it('starts the urgent first where a lane has room for one', async () => {
    const order: string[] = [];
    const named = (name: string, need: number): MakePart =>
      part(name, () => Promise.resolve(void order.push(name)), { lane: 'packages', need });
    await runGraph([named('clients', 2), named('docker', 0), named('compiler', 1)]).finished;
    expect(order).to.deep.equal(['docker', 'compiler', 'clients']);
  });

  it('starts nothing more once it is aborted, and waits for what runs', async () => {
    const abort = new AbortController();
    const made: string[] = [];
    const graph = runGraph(
      [
        part('a', async () => {
          abort.abort(new Error('Ctrl-C'));
          await turn();
          made.push('a');
        }),
        part('b', () => Promise.resolve(void made.push('b')), { after: ['a'] }),
      ],
      { signal: abort.signal },
    );
    expect(String(await reasonOf(graph.ready('b')))).to.equal('Error: Ctrl-C');
    await graph.finished;
    expect(made).to.deep.equal(['a']);
  });

  it('knows no part that is not in it', async () => {
    expect(String(await reasonOf(runGraph([]).ready('x')))).to.include('x is no part of this set-up');
  });
});
