import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseSockets } from './watch-sockets.ts';

describe('lines of ss', () => {
  it('are pairs of hosts, in either family', () => {
    const text = [
      '0      0      10.97.0.1:44242  10.99.7.101:6443',
      '0      0      [::ffff:10.99.7.101]:6443 [::ffff:10.97.0.1]:44242',
      '0      0      [fd97::1]:50000 [fd99:7::1:1]:6443',
      '',
    ].join('\n');
    expect(parseSockets(text)).to.deep.equal([
      { local: '10.97.0.1', peer: '10.99.7.101' },
      { local: '10.99.7.101', peer: '10.97.0.1' },
      { local: 'fd97::1', peer: 'fd99:7::1:1' },
    ]);
  });
});
