import { expect } from 'chai';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { goModText } from './go-mod-text.ts';
import { AnchorError, applyEdit, writeOverlay } from './go-overlay.ts';

describe('go.mod text', () => {
  it('pins, replaces and names tools in a stable order', () => {
    const text = goModText({
      module: 'example.test/x',
      go: '1.26.0',
      godebug: ['default=go1.26'],
      require: { 'b.test/b': 'v2.0.0', 'a.test/a': 'v1.0.0' },
      replace: { 'a.test/a': '../a' },
      tool: ['b.test/b/cmd'],
    });
    expect(text).to.equal(
      'module example.test/x\n\ngo 1.26.0\n\ngodebug default=go1.26\n\n' +
        'require a.test/a v1.0.0\nrequire b.test/b v2.0.0\n\nreplace a.test/a => ../a\n\ntool b.test/b/cmd\n',
    );
  });
});

describe('go overlay', () => {
  const edit = { module: 'm.test', file: 'a.go', replacements: [{ anchor: 'start()', by: '$& then start()' }] };

  it('replaces the anchor literally', () => {
    expect(applyEdit('x\nstart()\n', edit, 'm.test/a.go')).to.equal('x\n$& then start()\n');
  });

  it('refuses an anchor that moved or became ambiguous', () => {
    for (const [source, times] of [
      ['nothing', 0],
      ['start() start()', 2],
    ] as const)
      expect(() => applyEdit(source, edit, 'm.test/a.go')).to.throw(
        AnchorError,
        `m.test/a.go: expected the anchor \`start()\` exactly once, found it ${times} times`,
      );
  });

  it('writes edited and added files beside the module and refuses a file that upstream lacks', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'staleproof-overlay-'));
    const upstream = join(folder, 'upstream');
    mkdirSync(upstream);
    writeFileSync(join(upstream, 'a.go'), 'start()');
    const moduleFolder = () => Promise.resolve(upstream);
    const edits = [edit, { module: 'm.test', file: 'new.go', content: 'package m' }];
    const path = await writeOverlay(edits, folder, moduleFolder);
    const { Replace: replace } = JSON.parse(readFileSync(path, 'utf8')) as { Replace: Record<string, string> };
    expect(readFileSync(replace[join(upstream, 'a.go')]!, 'utf8')).to.equal('$& then start()');
    expect(readFileSync(replace[join(upstream, 'new.go')]!, 'utf8')).to.equal('package m');
    expect(readFileSync(join(upstream, 'a.go'), 'utf8')).to.equal('start()');
    const gone = await writeOverlay([{ ...edit, file: 'gone.go' }], folder, moduleFolder).catch(String);
    expect(gone).to.equal('AnchorError: m.test: gone.go does not exist in this version');
    rmSync(folder, { recursive: true });
  });
});
