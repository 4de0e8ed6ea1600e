import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { areas } from '../areas/index.ts';
import { FILE_BAR, holdsBar, markdownOf, scoreOf, survivorsText } from './mutation-table.ts';
import type { MutantResult } from './run-mutants.ts';
import { scopeOf } from './scope.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const mutant = (id: string, outcome: MutantResult['outcome']): MutantResult => ({
  ...{ id, outcome, file: 'e2e/harness/run/verdict.ts', line: 7, mutator: 'BooleanLiteral' },
  ...{ original: 'true', replacement: 'false' },
});

describe('what is mutated', () => {
  it('is the code that decides, and it is there', () => {
    const { sources, tests } = scopeOf(root, []);
    expect(sources).to.include('e2e/harness/run/verdict.ts');
    expect(sources.some((file) => file.endsWith('/race-account.ts'))).to.equal(true);
    for (const area of areas.names) {
      const judge = `e2e/areas/${area}/judge`;
      const judging = readdirSync(join(root, judge)).filter((file) => /^[\w-]+\.ts$/.test(file));
      expect(judging.length, judge).to.be.greaterThan(0);
      expect(sources).to.include.members(judging.map((file) => `${judge}/${file}`));
    }
    for (const name of ['judgement', 'match-defect', 'defect-table', 'worst-cell', 'surroundings'])
      expect(sources).to.include(`e2e/harness/run/${name}.ts`);
    for (const file of [...sources, ...tests]) expect(existsSync(join(root, file)), file).to.equal(true);
    for (const file of sources) expect(file).to.not.match(/\.test\.ts$/);
    for (const file of tests) expect(file).to.match(/\.test\.ts$/);
  });

  it('is any source of these rooms when it is named', () => {
    const { sources } = scopeOf(root, ['watch-cell']);
    expect(sources).to.have.length(1);
    expect(sources[0]).to.match(/\/watch-cell\.ts$/);
  });

  it('has a score in which what no test reaches counts as survived', () => {
    const results = [mutant('1', 'killed'), mutant('2', 'survived'), mutant('3', 'not covered'), mutant('4', 'killed')];
    expect(scoreOf(results)).to.deep.equal({ mutants: 4, killed: 2, survived: 1, notCovered: 1, percent: 50 });
    expect(survivorsText(results).split('\n')[0]).to.equal(
      'e2e/harness/run/verdict.ts:7 survived BooleanLiteral: true → false',
    );
    expect(markdownOf(results)).to.include('| **all** | 4 | 2 | 1 | 1 | 50.0 % |');
  });

  it('is held to a bar as a whole, and to one in each file: a good average hides no judgement that no test reaches', () => {
    const good = Array.from({ length: 96 }, (_, index) => mutant(String(index), 'killed'));
    const poor = (killed: number): readonly MutantResult[] =>
      Array.from({ length: 5 }, (_, index) => ({
        ...mutant(`p${index}`, index < killed ? 'killed' : 'survived'),
        file: 'e2e/areas/udp/judge/x.ts',
      }));
    expect(FILE_BAR).to.equal(80);
    expect([holdsBar([...good, ...poor(4)]), holdsBar([...good, ...poor(3)])]).to.deep.equal([true, false]);
    expect(holdsBar([...good.slice(0, 80), ...good.slice(0, 10).map(({ id }) => mutant(id, 'survived'))])).to.equal(
      false,
    );
  });
});
