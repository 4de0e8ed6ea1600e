import { expect } from 'chai';
import { describe, it } from 'mocha';
import { byVersion, minorOf, neighboursOf } from './release-order.ts';

describe('a release', () => {
  it('belongs to a minor', () => {
    expect(['1.31.2', '1.38.0-beta.0', 'edb81cd6'].map(minorOf)).to.deep.equal(['1.31', '1.38', undefined]);
  });

  it('comes after an older one, whatever its digits', () => {
    expect(['1.34.0', '1.9.0', '1.34.0-rc.1', 'b', 'a'].sort(byVersion).slice(0, 3)).to.deep.equal([
      ...['1.9.0', '1.34.0-rc.1', '1.34.0'],
    ]);
    expect(['b1', 'a2'].sort(byVersion)).to.deep.equal(['a2', 'b1']);
  });

  it('has the nearest of its own minor as neighbours, on both sides or none', () => {
    const measured = ['1.33.9', '1.32.9', '1.33.2', '1.33.4', '1.34.0', 'edb81cd6'];
    expect(neighboursOf('1.33.6', measured)).to.deep.equal({ below: '1.33.4', above: '1.33.9' });
    expect(neighboursOf('1.33.1', measured)).to.equal(undefined);
    expect(neighboursOf('1.33.10', measured)).to.equal(undefined);
    expect(neighboursOf('latest', measured)).to.equal(undefined);
  });
});
