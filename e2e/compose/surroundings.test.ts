import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { changesBetween, processStarts, watchSurroundings, type SurroundingState } from './surroundings.ts';

const node = { running: true, paused: false, startedAt: '1', processes: { kubelet: '5', 'kube-apiserver': '7' } };
const calm: SurroundingState = { clockOffsetMs: 1000, freeBytes: 2 ** 30, daemon: '1 2', nodes: { cp: node } };
const changes = (now: Partial<SurroundingState>): readonly string[] => changesBetween(calm, { ...calm, ...now }, '/r');
const nodeBecomes = (is: Partial<typeof node>): readonly string[] => changes({ nodes: { cp: { ...node, ...is } } });

describe('surroundings of a run', () => {
  it('are silent when nothing happened, and about a clock that is disciplined', () => {
    expect(changes({})).to.deep.equal([]);
    expect(changes({ clockOffsetMs: 2500 })).to.deep.equal([]);
  });

  it('name the machine’s faults', () => {
    expect(changes({ clockOffsetMs: 3_601_000 })).to.deep.equal(['the wall clock was stepped by 3600 s']);
    expect(changes({ clockOffsetMs: -9_000 })).to.deep.equal(['the wall clock was stepped by -10 s']);
    expect(changes({ freeBytes: 4096 })).to.deep.equal(['the disk under /r is full (4096 bytes free)']);
    expect(changes({ daemon: '8 9' })).to.deep.equal(["Docker's daemon was restarted"]);
    expect(changes({ silent: 'no socket', nodes: {} })).to.deep.equal(["Docker's daemon does not answer: no socket"]);
  });

  it('name a node’s faults, the outermost alone', () => {
    expect(nodeBecomes({ paused: true, processes: {} as never })).to.deep.equal(['node cp is paused']);
    expect(nodeBecomes({ running: false })).to.deep.equal(['node cp is stopped']);
    expect(nodeBecomes({ startedAt: '2', processes: {} as never })).to.deep.equal(['node cp was restarted']);
    expect(changes({ nodes: {} })).to.deep.equal(['node cp is gone']);
    expect(nodeBecomes({ processes: { kubelet: '6', 'kube-apiserver': '8' } })).to.deep.equal([
      'kubelet on node cp was restarted',
      'the API server on node cp was restarted',
    ]);
    expect(nodeBecomes({ processes: { kubelet: '5' } as never })).to.deep.equal(['the API server on node cp is gone']);
  });

  it('read start times whatever a process is called', () => {
    const stat = (pid: number, name: string, start: number): string =>
      `${pid} (${name}) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 9 0 ${start} 1 1`;
    const text = [stat(7, 'kubelet', 345), stat(8, 'a) S (b', 1), stat(9, 'kubelet', 999), 'torn'].join('\n');
    expect(processStarts(text)).to.deep.equal({ kubelet: '345' });
  });

  describe('on this machine', () => {
    let folder = '';
    before(async () => (folder = await mkdtemp(join(tmpdir(), 'staleproof-surroundings-'))));
    after(() => rm(folder, { recursive: true }));

    it('are read from Docker, told once, and compared with what was seen last when it is silent', async () => {
      let paused = 'false';
      let dead = false;
      const run = (argv: readonly string[]): Promise<string> => {
        if (dead) return Promise.reject(new Error('is the docker daemon running?'));
        if (argv[0] === 'ps') return Promise.resolve('other\ncp\n');
        return Promise.resolve(argv[0] === 'inspect' ? `true ${paused} 2026-01-01T00:00:00Z /cp\n` : '');
      };
      const ask = await watchSurroundings(folder, { run, nodes: ['cp'] });
      expect(await ask()).to.deep.equal([]);
      dead = true;
      expect(await ask()).to.deep.equal(["Docker's daemon does not answer: is the docker daemon running?"]);
      dead = false;
      paused = 'true';
      expect(await ask()).to.deep.equal(['node cp is paused']);
      expect(await ask()).to.deep.equal([]);
    });

    it('need no Docker', async () => {
      expect(await (await watchSurroundings(folder))()).to.deep.equal([]);
    });
  });
});
