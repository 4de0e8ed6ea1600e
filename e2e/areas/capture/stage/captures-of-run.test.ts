import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { CaptureView } from '../subjects/capture-subject.ts';
import { CapturesOfRun } from './captures-of-run.ts';

const [mine, other] = [
  { namespace: 'a', name: 'capture' },
  { namespace: 'b', name: 'capture' },
];
const view = (...paths: string[]): CaptureView =>
  ({ files: paths.map((path) => ({ path })) }) as unknown as CaptureView;

describe('the captures of a run', () => {
  it('have what ran before each, counted once', async () => {
    const captures = new CapturesOfRun();
    await captures.began(mine, () => Promise.resolve(new Set(['n:1'])));
    await captures.began(mine, () => Promise.resolve(new Set(['n:1', 'n:2'])));
    expect([...captures.attribution(mine, view()).before]).to.deep.equal(['n:1']);
    expect(() => captures.attribution(other, view())).to.throw('not counted before capture b/capture');
  });

  it('know the files that others name, or have named, and not their own former ones as foreign', async () => {
    const captures = new CapturesOfRun();
    for (const one of [mine, other]) await captures.began(one, () => Promise.resolve(new Set<string>()));
    captures.see(mine, view('/mine/1'));
    captures.see(other, view('/other/1'));
    captures.see(other, view('/other/2'));
    const { own, others } = captures.attribution(mine, view('/mine/2'));
    expect([...own]).to.deep.equal(['/mine/2']);
    expect([...others]).to.deep.equal(['/other/1', '/other/2']);
    expect(captures.others(mine)).to.deep.equal([other]);
  });
});
