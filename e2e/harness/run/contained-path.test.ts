import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { containedPath, ForeignNameError, isBelow, isContained, runName, writeContained } from './contained-path.ts';

const hostile = [
  ...['', '.', '..', '../x', 'a/../b', 'a//b', '/etc/passwd', 'a/', '..\\x', 'C:\\x', '.ssh', 'a/.ssh', '-rf', 'a/-rf'],
  ...['a\0b', 'a\nb', '\u202eexe', 'ü', 'x'.repeat(300), '../../../victim/.ssh'],
];

describe('names that others chose, as paths', () => {
  it('stay below their folder', () => {
    for (const name of [
      'results.jsonl',
      'pods/web-0-app.log',
      'subject/kube-proxy@1.31.0+x/node_1.log',
      'epoch 3.pcap',
    ])
      expect(containedPath('/out', 'a', name)).to.equal(`/out/a/${name}`);
    for (const name of hostile) {
      expect(isContained(name), JSON.stringify(name)).to.equal(false);
      expect(() => containedPath('/out', name), JSON.stringify(name)).to.throw(ForeignNameError);
    }
  });

  it('stay below it whatever their characters', () => {
    const alphabet = fc.constantFrom('.', '/', '\\', '-', 'a', '~', '\0', '\n', ' ', '%2e', 'é');
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 12 }), (characters) => {
        const name = characters.join('');
        if (!isContained(name)) return;
        expect(relative('/out', containedPath('/out', name))).to.not.match(/^\.\.|^\/|^$/);
      }),
      { numRuns: 5000 },
    );
  });

  it('are runs only in the form of a run', () => {
    expect(runName('20261130-201428-ab12', 'x')).to.equal('20261130-201428-ab12');
    for (const name of [...hostile, 'Run', 'a b', '-a', 'a-', 'a.b'])
      expect(() => runName(name, 'ConfigMap s/x'), JSON.stringify(name)).to.throw(
        /^ConfigMap s\/x: .* is no name of a run/,
      );
  });

  it('of another machine are below its folder only when nothing leads out', () => {
    expect(isBelow('/var/lib/packet-capture', '/var/lib/packet-capture/ns/name.uid/pod_uid_1_1.pcap')).to.equal(true);
    for (const path of [
      '/var/lib/packet-capture',
      '/etc/shadow',
      '/var/lib/packet-capture/../x',
      '/var/lib/packet-capturex/a',
    ])
      expect(isBelow('/var/lib/packet-capture', path), path).to.equal(false);
  });

  it('are not written through links that came with the folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'staleproof-contained-'));
    try {
      const run = join(folder, 'run');
      await mkdir(join(folder, 'victim'));
      await mkdir(run);
      await writeFile(join(folder, 'victim/keys'), 'untouched');
      await symlink('../victim', join(run, 'artifacts'));
      await symlink('../victim/keys', join(run, 'index.html'));
      for (const name of ['artifacts/keys', 'artifacts/new', 'index.html']) {
        const error: unknown = await writeContained(run, name, 'owned').catch((reason: unknown) => reason);
        expect(error, name).to.be.instanceOf(ForeignNameError);
      }
      expect(await readFile(join(folder, 'victim/keys'), 'utf8')).to.equal('untouched');
      await writeContained(run, 'deep/er/file.txt', 'one');
      await writeContained(run, 'deep/er/file.txt', 'two');
      expect(await readFile(join(run, 'deep/er/file.txt'), 'utf8')).to.equal('two');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
