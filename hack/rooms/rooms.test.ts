import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { circles, readModules } from './modules.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
// A module of plain JavaScript, because the linter's configuration loads it too.
const { wrongImport } = (await import(new URL('directions.mjs', import.meta.url).href)) as {
  readonly wrongImport: (file: string, target: string) => string | undefined;
};

describe('the rooms of the house', function () {
  this.timeout(60_000);
  const modules = readModules(root, ['e2e', 'fixtures', 'hack']);

  it('are entered by the doors that rooms.json names only', () => {
    expect(modules.size).to.be.greaterThan(500);
    const wrong = [...modules].flatMap(([file, targets]) => targets.map((target) => wrongImport(file, target) ?? ''));
    expect(wrong.filter((text) => text !== '')).to.deep.equal([]);
  });

  it('have no circle of imports, types included', () => {
    expect(circles(modules)).to.deep.equal([]);
  });
});

describe('directions', () => {
  const denied: readonly (readonly [from: string, to: string])[] = [
    ['e2e/areas/udp/specs/a.spec.ts', 'e2e/areas/race/stage/b.ts'],
    ['e2e/areas/udp/specs/a.spec.ts', 'e2e/report/markdown.ts'],
    ['e2e/areas/udp/specs/a.spec.ts', 'e2e/areas/udp/subjects/kube-proxy.ts'],
    ['e2e/areas/udp/evidence/a.ts', 'e2e/areas/udp/faults/b.ts'],
    ['e2e/areas/udp/faults/a.ts', 'e2e/areas/udp/judge/b.ts'],
    ['e2e/areas/udp/stage/a.ts', 'fixtures/udp-client/main.ts'],
    ['e2e/harness/run/a.ts', 'e2e/areas/index.ts'],
    ['e2e/report/a.ts', 'e2e/harness/run/session.ts'],
    ['e2e/bench/a.ts', 'e2e/commands/b.ts'],
    ['hack/ci/a.ts', 'e2e/commands/b.ts'],
    ['fixtures/a/main.ts', 'e2e/harness/run/spec.ts'],
    ['e2e/a-new-room/a.ts', 'e2e/harness/run/spec.ts'],
  ];
  for (const [from, to] of denied)
    it(`deny ${from} → ${to}`, () => {
      expect(wrongImport(from, to)).to.be.a('string');
    });

  it('allow what an area is made of', () => {
    expect(wrongImport('e2e/areas/dns/specs/a.spec.ts', 'e2e/areas/dns/judge/b.ts')).to.equal(undefined);
    expect(wrongImport('e2e/areas/dns/judge/a.ts', 'e2e/areas/dns/evidence/b.ts')).to.equal(undefined);
    expect(wrongImport('e2e/areas/index.ts', 'e2e/areas/dns/area.ts')).to.equal(undefined);
  });
});

describe('circles', () => {
  it('are found whatever leads into them', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['d', 'b']],
      ['d', []],
      ['e', ['e2', 'a']],
      ['e2', ['e3']],
      ['e3', ['e']],
    ]);
    expect(circles(graph).map((circle) => circle.toSorted())).to.deep.equal([
      ['b', 'c'],
      ['e', 'e2', 'e3'],
    ]);
    expect(circles(new Map([['a', ['b']], ['b', []]]))).to.deep.equal([]); // prettier-ignore
  });
});
