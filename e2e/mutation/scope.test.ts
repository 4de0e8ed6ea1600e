import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { markdownOf, scoreOf, survivorsText } from './mutation-table.ts';
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
    expect(sources).to.have.length(22);
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
});
