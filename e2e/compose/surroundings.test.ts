import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { processStarts, watchSurroundings } from './surroundings.ts';

describe('surroundings of a run', () => {
  it('read start times whatever a process is called', () => {
    const stat = (pid: number, name: string, start: number): string =>
      `${pid} (${name}) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 9 0 ${start} 1 1`;
    // Numbers of processes begin anew: a child may have a lower one than its parent.
    const text = [stat(6, 'kubelet', 999), stat(7, 'kubelet', 345), stat(8, 'a) S (b', 1), 'torn'].join('\n');
    expect(processStarts(text)).to.deep.equal({ kubelet: '345' });
  });

  describe('on this machine', () => {
    let folder = '';
    before(async () => (folder = await mkdtemp(join(tmpdir(), 'staleproof-surroundings-'))));
    after(() => rm(folder, { recursive: true }));

    it('are read from Docker, told to all who ran meanwhile, and compared with what was seen last when it is silent', async () => {
      let paused = 'false';
      let dead = false;
      const run = (argv: readonly string[]): Promise<string> => {
        if (dead) return Promise.reject(new Error('is the docker daemon running?'));
        if (argv[0] === 'ps') return Promise.resolve('other\ncp\n');
        return Promise.resolve(argv[0] === 'inspect' ? `true ${paused} 2026-01-01T00:00:00Z 0 /cp\n` : '');
      };
      const watched = await watchSurroundings(folder, { run, nodes: ['cp'] });
      const fromMs = Date.now();
      const now = () => watched.during({ fromMs, untilMs: Date.now() }, []);
      expect(await now()).to.deep.equal({ events: [], unseen: [] });
      dead = true;
      expect((await now()).unseen).to.deep.equal(["Docker's daemon does not answer: is the docker daemon running?"]);
      dead = false;
      paused = 'true';
      expect((await now()).events).to.deep.equal(['node cp is paused']);
      expect((await now()).events).to.deep.equal(['node cp is paused']);
      const before = { fromMs: fromMs - 60_000, untilMs: fromMs - 50_000 };
      expect((await watched.during(before, [])).events).to.deep.equal([]);
    });

    it('need no Docker', async () => {
      const watched = await watchSurroundings(folder);
      const seen = await watched.during({ fromMs: Date.now(), untilMs: Date.now() }, []);
      expect(seen).to.deep.equal({ events: [], unseen: [] });
    });
  });
});
