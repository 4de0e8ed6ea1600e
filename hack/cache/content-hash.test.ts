import { expect } from 'chai';
import { describe, it } from 'mocha';
import { contentHash } from './content-hash.ts';

describe('content hash', () => {
  it('does not depend on the order of keys, and absent equals undefined', () => {
    expect(contentHash({ a: 1, b: ['x'] })).to.equal(contentHash({ b: ['x'], a: 1, c: undefined }));
  });

  it('depends on values, on the order of lists and on what nests where', () => {
    const inputs = [{ a: [1, 2] }, { a: [2, 1] }, { a: [12] }, { a: ['1', '2'] }, { a: { 0: 1, 1: 2 } }, { a: null }];
    expect(new Set(inputs.map(contentHash)).size).to.equal(inputs.length);
  });

  it('takes bytes by content', () => {
    expect(contentHash(Buffer.from('a'))).to.equal(contentHash(new Uint8Array([97])));
    expect(contentHash(Buffer.from('a'))).not.to.equal(contentHash(Buffer.from('b')));
  });
});
