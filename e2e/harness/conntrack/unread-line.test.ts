import { expect } from 'chai';
import { describe, it } from 'mocha';
import { mayConcern } from './unread-line.ts';

const stamp = '[1763690000.250000]\t[DESTROY] ';
const tuples = 'src=10.0.0.1 dst=10.96.0.9 sport=12345 dport=80 src=10.0.2.7 dst=10.0.0.1 sport=8080 dport=12345';
const line = `${stamp}ipv4     2 udp      17 29 ${tuples} [A NEW FLAG] id=4`;
const match = { protocol: 'udp', src: '10.0.0.1', sport: 12345, dst: '10.96.0.9', dport: 80 };

describe('a line of conntrack that cannot be read', () => {
  it('may concern a match that it does not contradict', () => {
    expect(mayConcern(line, {})).to.equal(true);
    expect(mayConcern(line, match)).to.equal(true);
    expect(mayConcern(line, { ...match, replySrc: '10.0.2.7', replySport: 8080 })).to.equal(true);
    // Its zone may stand in what cannot be read.
    expect(mayConcern(line, { ...match, originalZone: 5 })).to.equal(true);
  });

  it('does not concern one whose field it states otherwise', () => {
    for (const [field, other] of Object.entries({
      ...{ protocol: 'tcp', src: '10.0.0.2', sport: 1234, dst: '10.96.0.90', dport: 8 },
      ...{ replySrc: '10.0.2.70', replySport: 80 },
    }))
      expect(mayConcern(line, { [field]: other }), field).to.equal(false);
  });

  it('says of its last word only what stands there, as it may be cut', () => {
    const cut = line.slice(0, line.indexOf('dport=80') + 7);
    expect(cut.endsWith('dport=8')).to.equal(true);
    for (const dport of [8, 80, 8053]) expect(mayConcern(cut, { dport }), String(dport)).to.equal(true);
    expect(mayConcern(cut, { dport: 53 })).to.equal(false);
    expect(mayConcern(cut, { replySrc: '10.9.9.9' }), 'the reply is cut off').to.equal(true);
    for (let length = 0; length <= line.length; length++)
      expect(mayConcern(line.slice(0, length), match), line.slice(0, length)).to.equal(true);
  });

  it('may concern anything when its beginning is no row, or two lines became one', () => {
    const other = { src: '10.9.9.9' };
    for (const text of ['', 'boom', tuples, line.slice(60), line.replace('ipv4', 'pv4')])
      expect(mayConcern(text, other), text).to.equal(true);
    expect(mayConcern(line.slice(0, 80) + line, other), 'two heads').to.equal(true);
    expect(mayConcern(`${line} ${tuples}`, { replySrc: '10.0.2.7' }), 'four tuples').to.equal(true);
    expect(mayConcern(line.replace('dst=10.96.0.9', 'dst=10.96[17'), { dst: '10.9.9.9' }), 'a word in a word').to.equal(
      true,
    );
  });
});
