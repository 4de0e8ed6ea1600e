import { expect } from 'chai';
import { describe, it } from 'mocha';
import { AttemptState } from './attempt-state.ts';
import { liveText, timeLeft, type Progressing } from './progress.ts';

const info = { area: 'udp', title: '', claim: '', tags: [], core: false, file: '', refs: [] };
const running = ['udp/a', 'udp/b', 'udp/c'].map((id) => {
  const state = new AttemptState({ ...info, id }, 1, 1);
  state.startedAt = 50_000;
  return state;
});
const session: Progressing = { running, waiting: 6, ended: 4, firstStartedAt: 20_000 };
const clock = { now: () => 60_000 };

describe('progress', () => {
  it('guesses the time to the end by what has ended, and not by too little', () => {
    expect(timeLeft(session, 60_000)).to.equal(75_000);
    expect(timeLeft({ ...session, ended: 2 }, 60_000)).to.equal(undefined);
    expect(timeLeft({ ...session, firstStartedAt: undefined }, 60_000)).to.equal(undefined);
  });

  it('says first how far the run is, and counts what has no room', () => {
    const all = liveText(session, clock);
    expect(all).to.match(/^▶ 4 done, 3 running, 6 waiting, about 80 s left · udp\/a: waiting 10\.0 s · udp\/b/);
    for (const columns of [40, 80, 200]) expect(liveText(session, clock, columns).length).to.be.at.most(columns);
    expect(liveText(session, clock, 80)).to.match(/left · \+3$|\+2$/);
  });
});
