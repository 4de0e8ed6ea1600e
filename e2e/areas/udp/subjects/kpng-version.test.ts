import { expect } from 'chai';
import { describe, it } from 'mocha';
import { kpngVersion } from './kpng-version.ts';

const commit = 'edb81cd6a3c8443ee734e614b48ea30f6569fd9d';

describe('the version of kpng', () => {
  it('is the commit that it tells, else that of the image’s tag', () => {
    expect(kpngVersion(`kpng\ncommit ${commit}\n`, 'kpng:test')).to.equal('edb81cd6');
    expect(kpngVersion('', `localhost:5000/kpng:${commit}`)).to.equal('edb81cd6');
    expect(kpngVersion('', 'kpng:main-edb81cd6')).to.equal('edb81cd6');
  });

  it('is unknown where neither names one', () => {
    expect(kpngVersion('kpng dev', 'kpng:test')).to.equal(undefined);
    expect(kpngVersion('', 'edb81cd6edb81cd6/kpng')).to.equal(undefined);
    expect(kpngVersion('', undefined)).to.equal(undefined);
  });
});
