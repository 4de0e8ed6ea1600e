import { expect } from 'chai';
import { describe, it } from 'mocha';
import { attemptLine, serverCycle } from '../result-fixture.ts';
import { lossesOf, lossPicture, scaleOf, totalMs } from './loss-picture.ts';

describe('a picture of missing replies', () => {
  it('begins at the first fault', () => {
    const losses = lossesOf(serverCycle('pass'));
    expect(losses?.windows).to.deep.equal([{ from: 20, until: 420 }]);
    expect(losses === undefined ? 0 : totalMs(losses)).to.equal(400);
  });

  it('is none where nobody counted, and calm where nothing was lost', () => {
    expect(lossesOf(attemptLine('pass', { measures: [] }))).to.equal(undefined);
    expect(lossesOf(attemptLine('pass', { evidence: [] }))).to.equal(undefined);
    const counted = attemptLine('pass', { measures: [{ name: 'datagrams lost', value: 0, unit: 'datagrams' }] });
    expect(lossesOf(counted)?.windows).to.deep.equal([]);
  });

  it('has the scale of the longest, and says in words what it shows', async () => {
    const [short, long] = [lossesOf(serverCycle('pass')), lossesOf(serverCycle('fail'))];
    const scale = scaleOf([short, undefined, long]);
    expect(scale).to.equal(4700);
    expect(short === undefined ? '' : (await lossPicture(short, scale)).toString()).to.contain(
      'replies were missing once, first at +0.020 s of the fault for 400 ms',
    );
  });
});
