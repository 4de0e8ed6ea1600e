/** A spec that needs what no good subject can do would be skipped for ever, and nobody would notice. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { fileURLToPath } from 'node:url';
import { loadSpecs } from '../harness/run/spec-registry.ts';
import type { SubjectContext } from '../harness/subject/subject.ts';
import { areas } from './index.ts';

/** A cluster of every family whose nodes answer nothing: who has to look there before it can say leaves its answer out. */
const context = {
  cluster: { familyMode: 'dual', workers: () => Promise.resolve([]) },
  signal: new AbortController().signal,
  options: {},
  fixturesImage: '',
  log: () => undefined,
} as unknown as SubjectContext;

describe('what specs need of a subject', function () {
  this.timeout(60_000);

  it('is what some good subject of that kind can do', async () => {
    const specs = await loadSpecs([fileURLToPath(new URL('.', import.meta.url))], areas);
    const offered = new Map<string, Set<string>>();
    for (const { kind, subjects } of areas.kinds) {
      const good = subjects.filter(({ caughtBy }) => caughtBy.length === 0);
      const said = good.map(async (entry) => (await entry.load()).capabilities(context).catch(() => []));
      offered.set(kind, new Set((await Promise.all(said)).flat()));
    }
    const missing = specs.flatMap(({ meta }) => {
      const needed: readonly string[] = meta.needs?.capabilities ?? [];
      return needed.filter((one) => offered.get(meta.judges)?.has(one) !== true).map((one) => `${meta.id}: ${one}`);
    });
    expect(missing).to.deep.equal([]);
    expect(specs.filter(({ meta }) => (meta.needs?.capabilities ?? []).length > 0)).to.have.length.above(50);
  });
});
