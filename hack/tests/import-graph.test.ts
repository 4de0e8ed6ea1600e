import { expect } from 'chai';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { dependsOnNode, ImportGraph, testsOfChange } from './import-graph.ts';

describe('imports of a test', () => {
  let root = '';
  const files: Readonly<Record<string, string>> = {
    'a/sum.ts': "import { one } from '../b/one.ts';\nexport const sum = one;\n",
    'a/sum.test.ts': "import { expect } from 'chai';\nimport { sum } from './sum.ts';\n",
    'b/one.ts': "import { join } from 'node:path';\nexport const one = join('1');\n",
    'b/run.ts': "const { execa } = await import('execa');\nexport type { X } from './types.ts';\n",
    'b/types.ts': 'export type X = 1;\n',
    'b/run.test.ts':
      "import {\n  run,\n} from './run.ts';\nconst text = new URL('testdata/rows.txt', import.meta.url);\n",
    'b/testdata/rows.txt': 'rows',
    'c/page.test.ts': "read('docs/udp.md');\n",
  };
  const tests = Object.keys(files).filter((path) => path.endsWith('.test.ts'));

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'imports-'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('are followed through all files, types, dynamic imports and test data', () => {
    const graph = new ImportGraph(root);
    expect([...graph.of('a/sum.test.ts').files]).to.deep.equal(['a/sum.test.ts', 'a/sum.ts', 'b/one.ts']);
    const run = graph.of('b/run.test.ts');
    expect([...run.files]).to.deep.equal(['b/run.test.ts', 'b/run.ts', 'b/types.ts', 'b/testdata/rows.txt']);
    expect([...run.modules]).to.deep.equal(['execa']);
  });

  it('say whether another version of Node could matter', () => {
    const graph = new ImportGraph(root);
    expect(dependsOnNode(graph.of('a/sum.test.ts'))).to.equal(false);
    expect(dependsOnNode(graph.of('b/run.test.ts'))).to.equal(true);
  });

  it('say which tests a change concerns', () => {
    const read = (path: string): string => readFileSync(join(root, path), 'utf8');
    const of = (...changed: readonly string[]) => testsOfChange(tests, changed, new ImportGraph(root), read);
    expect(of('b/one.ts')).to.deep.equal(['a/sum.test.ts']);
    expect(of('b/types.ts')).to.deep.equal(['b/run.test.ts']);
    expect(of('b/testdata/rows.txt')).to.deep.equal(['b/run.test.ts']);
    expect(of('docs/udp.md')).to.deep.equal(['c/page.test.ts']);
    expect(of('a/sum.test.ts')).to.deep.equal(['a/sum.test.ts']);
    expect(of('README.md')).to.deep.equal([]);
  });
});
