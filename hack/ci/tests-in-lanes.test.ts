/** No test file is one that nobody runs: `npm test` takes those that need nothing, and the others are named somewhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { nightlyTests } from './nightly-tests.ts';
import { proofSlices } from './proof-slices.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = ['e2e', 'hack', 'fixtures'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => join(folder, file)),
);
const slices = proofSlices.filter(({ script }) => script === 'test').flatMap(({ args }) => args);
const words = [...slices.filter((word) => !word.startsWith('-')), ...nightlyTests.map(({ word }) => word)];
/** Variables that are there on every machine, those of CI, and the seed, for which there is one without it. */
const everywhere = new Set(['PATH', 'HOME', 'CI', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'STALEPROOF_FUZZ_SEED']);

/** Read, and neither set nor deleted. */
function variablesOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const reads = text.matchAll(/(?<!delete )process\.env(?:\.|\[['"])(\w+)\b(?:['"]\])?(?! = |['"])/g);
  return [...reads].map(([, name = '']) => name).filter((name) => !everywhere.has(name));
}

describe('tests that npm test leaves out', () => {
  it('are each in one lane or nightly run, by a word that names nothing else', () => {
    const left = files.filter((file) => file.endsWith('.cluster.test.ts'));
    const runs = left.map((file) => ({ file, words: words.filter((word) => file.includes(word)).length }));
    expect(runs.filter((run) => run.words !== 1)).to.deep.equal([]);
    expect(words.filter((word) => !left.some((file) => file.includes(word)))).to.deep.equal([]);
  });

  it('are those that wait for a variable too: no other test may', () => {
    const waiting = files.filter((file) => variablesOf(file).length > 0 && !file.endsWith('.cluster.test.ts'));
    expect(waiting.map((file) => `${file}: ${variablesOf(file).join(', ')}`)).to.deep.equal([]);
  });

  it('get what they wait for from who runs them', () => {
    for (const { word, kubeconfigIn } of nightlyTests)
      for (const file of files.filter((one) => one.includes(word)))
        expect(variablesOf(file), file).to.include(kubeconfigIn);
  });
});
