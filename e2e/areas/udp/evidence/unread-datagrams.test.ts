import { expect } from 'chai';
import { describe, it } from 'mocha';
import { receiveBufferErrors } from './unread-datagrams.ts';

const four = `Tcp: ActiveOpens
Tcp: 3
Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors
Udp: 100 0 7 90 5 0
UdpLite: InDatagrams RcvbufErrors
UdpLite: 0 9
`;

describe('datagrams that nobody read', () => {
  it('are counted over both families', () => {
    expect(receiveBufferErrors(four)).to.equal(5);
    expect(receiveBufferErrors(`${four}Udp6InDatagrams\t7\nUdp6RcvbufErrors                \t2\n`)).to.equal(7);
  });

  it('are none where the kernel says nothing', () => {
    expect(receiveBufferErrors('')).to.equal(0);
    expect(receiveBufferErrors('Udp: InDatagrams\nUdp: 4\n')).to.equal(0);
  });
});
