import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { describeEntry, type ConntrackEntry } from './conntrack-entry.ts';
import { isRejected, parseConntrackEntry } from './conntrack-row.ts';

function entry(line: string): ConntrackEntry {
  const parsed = parseConntrackEntry(line);
  if (isRejected(parsed)) throw new Error(parsed.error);
  return parsed;
}

describe('conntrack row', () => {
  it('reads a NATed UDP row with both directions', () => {
    const row = entry(
      'ipv4     2 udp      17 119 src=10.244.2.2 dst=10.96.237.45 sport=12345 dport=80 src=10.244.2.4 dst=10.244.2.2 sport=8080 dport=12345 [ASSURED] mark=0 use=1 id=1066412369',
    );
    expect(row).to.deep.equal({
      family: 'ipv4',
      protocol: 'udp',
      protocolNumber: 17,
      timeoutSeconds: 119,
      original: { src: '10.244.2.2', dst: '10.96.237.45', sport: 12345, dport: 80 },
      reply: { src: '10.244.2.4', dst: '10.244.2.2', sport: 8080, dport: 12345 },
      flags: ['ASSURED'],
      mark: 0,
      id: 1066412369,
    });
    expect(describeEntry(row)).to.equal(
      'udp 10.244.2.2:12345 -> 10.96.237.45:80, reply from 10.244.2.4:8080 [ASSURED], 119 s left',
    );
  });

  it('reads an IPv6 row, and tells the family without -o extended', () => {
    const line =
      'udp      17 29 src=fd00:aa::1 dst=fd00:96::10 sport=12345 dport=80 src=fd00:aa::2 dst=fd00:aa::1 sport=8080 dport=12345 mark=0 use=1';
    expect(entry(line).family).to.equal('ipv6');
    expect(entry(`ipv6     10 ${line}`)).to.deep.equal(entry(line));
    expect(describeEntry(entry(line))).to.contain('[fd00:96::10]:80');
  });

  it('keeps a flag that stands between the tuples, and the TCP state', () => {
    const row = entry(
      'ipv4     2 tcp      6 120 SYN_SENT src=10.0.0.1 dst=10.96.0.10 sport=41026 dport=80 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=8080 dport=41026 mark=7 zone=3 use=1 id=2570795789',
    );
    expect(row).to.include({ state: 'SYN_SENT', mark: 7, zone: 3, timeoutSeconds: 120 });
    expect(row.flags).to.deep.equal(['UNREPLIED']);
  });

  it('reads counters, ICMP rows and rows without a timeout', () => {
    const icmp = entry(
      'ipv4 2 icmp 1 29 src=1.1.1.1 dst=2.2.2.2 type=8 code=0 id=77 src=2.2.2.2 dst=1.1.1.1 type=0 code=0 id=77 mark=0 use=1 id=5',
    );
    expect(icmp.original).to.deep.equal({ src: '1.1.1.1', dst: '2.2.2.2' });
    expect(icmp.id).to.equal(5);
    const counted = entry(
      'udp 17 src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 packets=3 bytes=99 src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1 packets=0 bytes=0 use=2',
    );
    expect(counted).to.not.have.property('timeoutSeconds');
  });

  for (const [why, line] of [
    ['an empty line', ''],
    ['a summary', 'conntrack v1.4.7 (conntrack-tools): 3 flow entries have been shown.'],
    ['a cut line', 'ipv4 2 udp 17 29 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2'],
    [
      'a port out of range',
      'udp 17 29 src=1.1.1.1 dst=2.2.2.2 sport=70000 dport=2 src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1',
    ],
    ['three tuples', 'udp 17 29 src=a dst=b src=c dst=d src=e dst=f'],
    ['a flag without its end', 'udp 17 29 src=a dst=b [UNREPL src=c dst=d'],
    ['an id of letters', 'udp 17 29 src=a dst=b src=c dst=d id=0x1'],
  ] as const)
    it(`rejects ${why}`, () => {
      expect(parseConntrackEntry(line)).to.have.property('error').that.is.a('string').with.length.below(300);
    });

  it('never throws, whatever the line', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('ipv4', 'udp', '17', 'src=', 'dst=1', 'sport=1', '[', ']', '[A]', '=', 'id=', '\u0000', 'src=a'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (words) => {
        const parsed = parseConntrackEntry(words.join(' '));
        expect(isRejected(parsed) || parsed.reply.dst !== '').to.equal(true);
      }),
      { numRuns: 500 },
    );
  });
});
