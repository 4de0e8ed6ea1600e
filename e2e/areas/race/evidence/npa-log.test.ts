import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseNpaLogLine, reversed, tupleKey } from './npa-log.ts';

const ts = '2026-11-20T10:00:01.250Z';
const atMs = Date.UTC(2026, 10, 20, 10, 0, 1, 250);
const line = (msg: string, more: object = {}): string =>
  JSON.stringify({ level: 'info', ts, caller: 'conntrack/conntrack_client.go:1', msg, ...more });
const tuple = {
  sourceIp: '10.244.1.2',
  sourcePort: 30_001,
  destinationIp: '10.244.2.3',
  destinationPort: 7000,
  protocol: 6,
};
const key =
  'Source IP - 10.244.1.2 Source port - 30001 Dest IP - 10.244.2.3 Dest port - 7000 Protocol - 6 Owner IP - 10.244.1.2';

describe('network policy agent log', () => {
  for (const [generation, text] of Object.entries({
    'with ifindex': line(`Conntrack cleanup Delete - Conntrack Key : ${key} Ifindex - 12`),
    'without ifindex': line(`Conntrack cleanup Delete - Conntrack Key : ${key}`),
    'as a field': line('Conntrack cleanup', { 'Delete - ': `Conntrack Key : ${key}` }),
  }))
    it(`reads a delete ${generation}`, () => {
      expect(parseNpaLogLine(text)).to.deep.equal({
        type: 'delete',
        tuple,
        owner: '10.244.1.2',
        consecutive: false,
        atMs,
      });
    });

  it('tells a second miss and a skip from a plain delete', () => {
    const second = line(`Conntrack cleanup Delete (consecutive miss) - Conntrack Key : ${key} Ifindex - 3`);
    expect(parseNpaLogLine(second)).to.include({ type: 'delete', consecutive: true });
    expect(parseNpaLogLine(line(`Conntrack cleanup Skip (in use) - ${key} Ifindex - 3`))).to.include({ type: 'skip' });
  });

  for (const [generation, text] of Object.entries({
    'with tier': line(
      'Flow Info: Src IP: 10.244.1.2 Src Port: 30001 Dest IP: 10.244.2.3 Dest Port: 7000 Proto TCP Verdict DENY Direction ingress, Tier DEFAULT',
    ),
    'without tier': line(
      'Flow Info: Src IP: 10.244.1.2 Src Port: 30001 Dest IP: 10.244.2.3 Dest Port: 7000 Proto TCP Verdict DENY Direction ingress',
    ),
    'with colons (IPv6 form)': line(
      'Flow Info: Src IP: 10.244.1.2 Src Port: 30001 Dest IP: 10.244.2.3 Dest Port: 7000 Proto: TCP Verdict: DENY Direction: ingress Tier: NETWORK_POLICY',
    ),
  }))
    it(`reads a verdict ${generation}`, () => {
      expect(parseNpaLogLine(text)).to.deep.equal({
        type: 'verdict',
        verdict: 'DENY',
        direction: 'ingress',
        tuple,
        atMs,
      });
    });

  it('reads a verdict in fields', () => {
    const fields = {
      'Src IP': '10.244.1.2',
      'Src Port': 30_001,
      'Dest IP': '10.244.2.3',
      'Dest Port': 7000,
      Proto: 'UDP',
      Verdict: 'DENY',
    };
    const read = parseNpaLogLine(line('Flow Info:  ', fields));
    expect(read).to.deep.include({ type: 'verdict', verdict: 'DENY', tuple: { ...tuple, protocol: 17 } });
  });

  it('reads IPv6 addresses', () => {
    const v6 =
      'Source IP - fd00::1 Source port - 1 Dest IP - fd00::2 Dest port - 2 Protocol - 17 Owner IP - fd00::2 Ifindex - 9';
    const read = parseNpaLogLine(line(`Conntrack cleanup Delete - Conntrack Key : ${v6}`));
    expect(read).to.deep.include({ owner: 'fd00::2', type: 'delete' });
  });

  it('knows the marks of a cleanup pass', () => {
    const types = [
      'Check for any stale entries in the conntrack map',
      'hydrated local conntrack cache',
      'Done cleanup of conntrack map',
    ];
    expect(types.map((msg) => parseNpaLogLine(line(msg))?.type)).to.deep.equal(['pass-start', 'hydrated', 'pass-done']);
  });

  it('is silent about everything else', () => {
    for (const text of [
      '',
      'plain',
      '{"msg":',
      '{"msg":5}',
      line('Flow Info: garbage'),
      line('Conntrack cleanup garbage'),
    ])
      expect(parseNpaLogLine(text), text).to.equal(undefined);
  });

  it('keys and reverses tuples', () => {
    expect(tupleKey(reversed(tuple))).to.equal('6 10.244.2.3 7000 10.244.1.2 30001');
  });
});
