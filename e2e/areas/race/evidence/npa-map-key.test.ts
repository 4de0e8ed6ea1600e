import { expect } from 'chai';
import { describe, it } from 'mocha';
import { decodeNpaMapKey, readPrintedMapKeys } from './npa-map-key.ts';

const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const v4 = '0af40102 3175 0000 0af40203 581b 06 00 0af40102';
const tuple = {
  sourceIp: '10.244.1.2',
  sourcePort: 30_001,
  destinationIp: '10.244.2.3',
  destinationPort: 7000,
  protocol: 6,
};

describe('conntrack map key', () => {
  it('reads the v4 key of both generations', () => {
    expect(decodeNpaMapKey(bytes(v4))).to.deep.equal({ tuple, owner: '10.244.1.2', ifindex: undefined });
    expect(decodeNpaMapKey(bytes(`${v4} 0c000000`)).ifindex).to.equal(12);
  });

  it('reads the v6 key and shortens addresses as everybody does', () => {
    const source = 'fd00001002440000 0000000000000001';
    const destination = '00000000000000000000000000000000';
    const owner = '20010db8000000010001000100010001';
    const key = decodeNpaMapKey(bytes(`${source} 0100 0000 ${destination} 0200 11 00 ${owner} 05000000`));
    expect(key.tuple).to.deep.equal({
      sourceIp: 'fd00:10:244::1',
      sourcePort: 1,
      destinationIp: '::',
      destinationPort: 2,
      protocol: 17,
    });
    expect(key.owner).to.equal('2001:db8:0:1:1:1:1:1');
    expect(key.ifindex).to.equal(5);
  });

  it('refuses other lengths', () => {
    expect(() => decodeNpaMapKey(new Uint8Array(23))).to.throw('got 23');
  });

  it('reads what the agent’s own tool prints', () => {
    const text = [
      'Conntrack Key : Source IP - 10.244.1.2 Source port - 30001 Dest IP - 10.244.2.3 Dest port - 7000 Protocol - 6 Owner IP - 10.244.1.2 Ifindex - 12',
      'Value : ',
      'Conntrack Val -  5',
    ].join('\n');
    expect([...readPrintedMapKeys(text)]).to.deep.equal([{ tuple, owner: '10.244.1.2', ifindex: 12 }]);
  });
});
