import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isRejected } from './conntrack-row.ts';
import { parseConntrackEvent, type ConntrackEvent } from './conntrack-event.ts';

const row =
  'ipv4     2 udp      17 30 src=10.0.0.1 dst=10.96.0.10 sport=12345 dport=80 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=8080 dport=12345 id=9';

function event(line: string): ConntrackEvent {
  const parsed = parseConntrackEvent(line);
  if (isRejected(parsed)) throw new Error(parsed.error);
  return parsed;
}

describe('conntrack event', () => {
  it('reads kind, time and row', () => {
    const made = event(`[1795223565.803860]\t    [NEW] ${row}`);
    expect(made.kind).to.equal('new');
    expect(made.wallMs).to.be.closeTo(1795223565803.86, 0.01);
    expect(made.entry).to.deep.include({ id: 9, flags: ['UNREPLIED'] });
    expect(made).to.not.have.property('userspace');
  });

  it('tells a deletion that a program asked for from one by the kernel', () => {
    const asked = event(`[1795223566.674931]\t[DESTROY] ${row} [USERSPACE] portid=3710051071`);
    expect(asked.userspace).to.deep.equal({ portId: 3710051071 });
    expect(asked.entry.flags).to.deep.equal(['UNREPLIED']);
    expect(event(`[1.5]\t[DESTROY] ${row} [USERSPACE] portid=7 progname=conntrack`).userspace).to.deep.equal({
      portId: 7,
      program: 'conntrack',
    });
    expect(event(`[1.5]\t[DESTROY] ${row}`)).to.not.have.property('userspace');
  });

  it('rejects what is no event', () => {
    for (const line of ['', row, '[1.5]\t[DESTROY]', `[NEW] ${row}`, '[1.5]\t[NEW] udp 17 src=1', '[x]\t[NEW] '])
      expect(parseConntrackEvent(line), line).to.have.property('error');
  });
});
