/**
 * Every published form of the agent's lines from 1.0.2 on, with our own addresses, ports and times. `Entry` lines and the like
 * tell nothing and are known. A form that is not in this table has to be named as unknown.
 */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { hiddenByLevel, hiddenDeletes, whyNoPass } from './npa-log-reading.ts';
import { parseNpaLogLine, unknownForm } from './npa-log.ts';

const atMs = Date.UTC(2026, 10, 20, 10, 0, 1, 250);
const at = '2026-11-20T10:00:01.250Z';
const tuple = {
  ...{ sourceIp: '10.244.1.2', sourcePort: 30_001, destinationIp: '10.244.2.3', destinationPort: 7000, protocol: 6 },
};
const six = { ...tuple, sourceIp: 'fd00:aa::2', destinationIp: 'fd00:bb::3' };
const ports = { 'Src Port': 30_001, 'Dest Port': 7000 };
const key = 'Source IP - 10.244.1.2 Source port - 30001 Dest IP - 10.244.2.3 Dest port - 7000 Protocol - 6';
const owned = `${key} Owner IP - 10.244.1.2`;
const flow = 'Flow Info: Src IP: 10.244.1.2 Src Port: 30001 Dest IP: 10.244.2.3 Dest Port: 7000';
const numbers = { Source_ip: 0x02_01_f4_0a, Source_port: 30_001, Dest_ip: 0x03_02_f4_0a, Dest_port: 7000, Protocol: 6 };
const bytes = (group: number, last: number): number[] => [0xfd, 0, 0, group, ...Array<number>(11).fill(0), last];

const old = (msg: string, more: object = {}): string => JSON.stringify({ level: 'info', timestamp: at, msg, ...more });
const line = (msg: string, more: object = {}, level = 'info'): string =>
  JSON.stringify({ level, ts: at, caller: 'x/x.go:1', msg, ...more });
const deleted = (more: object = {}): object => ({
  type: 'delete',
  tuple,
  owner: '10.244.1.2',
  consecutive: false,
  ...more,
});
const verdict = (more: object = {}): object => ({
  type: 'verdict',
  tuple,
  verdict: 'DENY',
  direction: 'ingress',
  ...more,
});
const fields = { 'Src IP': '10.244.1.2', 'Dest IP': '10.244.2.3', ...ports, Proto: 'TCP', Verdict: 'DENY' };

/** Versions → line → what it says, or undefined. */
const forms: readonly (readonly [string, string, object | undefined])[] = [
  ['1.0.2', old('Done cleanup of conntrack map'), { type: 'pass-done' }],
  ['1.0.2', old('Conntrack cleanup', { 'Delete - ': numbers }), deleted({ owner: '' })],
  ['1.0.2', old('Conntrack cleanup', { 'Entry - ': `Expired/Delete Conntrack Key : ${key}` }), undefined],
  ['1.0.2', old('Flow Info:  ', fields), verdict({ direction: undefined })],
  [
    '1.0.2',
    old('Failed to read from conntrack table'),
    { type: 'pass-failed', reason: 'Failed to read from conntrack table' },
  ],
  [
    '1.0.2 without a file',
    JSON.stringify({ level: 'info', ts: atMs / 1000, msg: 'Done cleanup of conntrack map' }),
    { type: 'pass-done' },
  ],
  ['1.0.4–1.0.5', line('Conntrack cleanup', { 'Delete - ': numbers }), deleted({ owner: '' })],
  ['1.0.6–1.0.7', line('Conntrack cleanup', { 'Delete - ': { ...numbers, Owner_ip: numbers.Source_ip } }), deleted()],
  [
    '1.0.6–1.0.7, IPv6',
    line('Conntrack cleanup', {
      'Delete - ': { ...numbers, Source_ip: bytes(0xaa, 2), Dest_ip: bytes(0xbb, 3), Owner_ip: bytes(0xaa, 2) },
    }),
    deleted({ tuple: six, owner: 'fd00:aa::2' }),
  ],
  ['1.0.6–1.1.1', line('Conntrack cleanup', { 'Entry - ': `Expired/Delete Conntrack Key : ${owned}` }), undefined],
  ['1.0.7–1.5.0', line('Check for any stale entries in the conntrack map'), { type: 'pass-start' }],
  ['1.0.8–1.2.1', line('Conntrack cleanup', { 'Delete - ': `Conntrack Key : ${owned}` }), deleted()],
  ['1.0.8–1.2.1', line('CONNTRACK VAL', { '->': 1 }), undefined],
  ['1.1.2–1.5.0', line('hydrated local conntrack cache'), { type: 'hydrated' }],
  ['1.2.2–1.3.5', line(`Conntrack cleanup Delete - Conntrack Key : ${owned}`), deleted()],
  ['1.2.2–1.4.0', line('Starting network policy agent with log level: debug'), { type: 'start' }],
  ['1.2.2–1.2.7', line(`${flow} Proto TCP Verdict DENY Direction ingress`), verdict()],
  ['1.2.2–1.2.7', line(`${flow} Proto: TCP Verdict: DENY Direction: ingress`), verdict()],
  [
    '1.2.2–1.5.0',
    line(`${flow} Proto TCP Verdict EXPIRED/DELETED Direction egress`, {}, 'debug'),
    verdict({ verdict: 'EXPIRED/DELETED', direction: 'egress' }),
  ],
  [
    '1.2.2–1.5.0',
    line(`${flow} Proto ANY PROTOCOL Verdict ACCEPT Direction egress`, {}, 'debug'),
    verdict({ verdict: 'ACCEPT', direction: 'egress', tuple: { ...tuple, protocol: -1 } }),
  ],
  [
    '1.2.2–1.5.0',
    line('Failed to get mapInfo for conntrack pinpath EPERM'),
    { type: 'pass-failed', reason: 'Failed to get mapInfo for conntrack pinpath EPERM' },
  ],
  [
    '1.4.1–1.4.3',
    line('Failed to attach eBPF probes for pod a-1 namespace shop : failed to load progs', {}, 'error'),
    { type: 'attach-failed', pod: 'a-1', namespace: 'shop', reason: 'failed to load progs' },
  ],
  [
    '1.4.1–1.5.0',
    line(
      'Failed to Attach Ingress TC probe for pod: a-1 in namespace shop at interface 0 error: failed to load progs',
      {},
      'error',
    ),
    { type: 'attach-failed', pod: 'a-1', namespace: 'shop', reason: 'failed to load progs' },
  ],
  ['1.2.2–1.5.0', line('Removing stale socket file: /var/run/x.sock'), undefined],
  ['1.3.0–1.5.0', line(`${flow} Proto TCP Verdict DENY Direction ingress, Tier DEFAULT`), verdict()],
  ['1.3.0–1.5.0', line(`${flow} Proto: TCP Verdict: DENY Direction: ingress Tier: NETWORK_POLICY`), verdict()],
  ['1.3.7–1.4.3', line(`Conntrack cleanup Delete - Conntrack Key : ${owned} Ifindex - 12`), deleted()],
  [
    '1.4.1–1.5.0',
    line('Starting network policy agent: v1.4.1 (built: 2026-07-23, ebpf-sdk: v1.0.15), log level: debug'),
    { type: 'start', version: '1.4.1' },
  ],
  [
    '1.4.1–1.5.0, not stamped',
    line('Starting network policy agent: unknown (built: unknown, ebpf-sdk: unknown), log level: debug'),
    { type: 'start' },
  ],
  [
    '1.4.3–1.5.0',
    line(`Conntrack cleanup Skip (in use) - ${owned} Ifindex - 12`, {}, 'debug'),
    deleted({ type: 'skip' }),
  ],
  ['1.4.3–1.5.0', line('Conntrack GC: re-read failed, keeping entry: EAGAIN', {}, 'debug'), undefined],
  ['1.5.0', line(`Conntrack cleanup Delete - Conntrack Key : ${owned} Ifindex - 12`, {}, 'debug'), deleted()],
  [
    '1.5.0',
    line('Failed to load ingress program for pod: a-1 in namespace shop error: failed to load progs', {}, 'error'),
    { type: 'attach-failed', pod: 'a-1', namespace: 'shop', reason: 'failed to load progs' },
  ],
  [
    '1.5.0',
    line('Done cleanup of conntrack map: deleted 12 stale entries out of 500 tracked'),
    { type: 'pass-done', deleted: 12, tracked: 500 },
  ],
];

const log = (texts: readonly string[]) => {
  const lines = texts.map(parseNpaLogLine).filter((each) => each !== undefined);
  const unknown = texts.map(unknownForm).filter((each) => each !== undefined);
  return { lines, unknown, counts: { all: texts.length, unknown: unknown.length } };
};

describe('lines of every published network policy agent', () => {
  for (const [versions, text, says] of forms)
    it(`${versions}: ${(JSON.parse(text) as { msg: string }).msg.slice(0, 60)}${says === undefined ? ' (nothing)' : ''}`, () => {
      expect(parseNpaLogLine(text)).to.deep.equal(says === undefined ? undefined : { ...says, atMs });
      expect(parseNpaLogLine(`2026-11-20T10:00:01.3Z stdout F ${text}`)?.type).to.equal(
        (says as { type?: string } | undefined)?.type,
      );
      expect(unknownForm(text)).to.equal(undefined);
    });

  it('name as unknown what seems to be about a pass, a key or a flow', () => {
    for (const text of [
      line('Conntrack cleanup Delete - something else'),
      line('Conntrack cleanup', { 'Delete - ': { Source_ip: -1 } }),
      line('Conntrack cleanup', { 'Delete - ': 5 }),
      line('Flow Info: another form'),
      line('Done cleanup of conntrack map: 3 deleted'),
      line('hydrated the conntrack cache'),
      JSON.stringify({ level: 'info', msg: 'Done cleanup of conntrack map' }),
      `${at}\tINFO\tDone cleanup of conntrack map`,
    ]) {
      expect(parseNpaLogLine(text), text).to.equal(undefined);
      expect(unknownForm(text), text).to.equal(text);
    }
    for (const text of ['', '  ', line('starting manager'), line('Derived existing ConntrackMap identifier')])
      expect(unknownForm(text), text).to.equal(undefined);
  });

  it('is not unknown for a piece of a line about something else, and is for a piece of what it has to tell', () => {
    expect(unknownForm('ller.go:166","msg":"No Egress rules and no egress isolation"}')).to.equal(undefined);
    const piece = '026-11-30T22:44:36.970Z","caller":"x.go:1","msg":"Conntrack cleanup Delete - a key';
    expect(unknownForm(piece)).to.equal(piece);
  });
});

describe('a pass that the log does not show', () => {
  const why = (...texts: readonly string[]): string => whyNoPass(log(texts), 0);

  it('is a log that cannot be read where its forms are not known', () => {
    expect(why(line('Flow Info: another form'))).to.match(
      /^this version's log cannot be read: 1 of 1 lines have a form/,
    );
    expect(why(line('Done cleanup of conntrack map'))).to.match(
      /^this version's log cannot be read: .* before 1\.1\.2/,
    );
    expect(
      why(line('Check for any stale entries in the conntrack map'), line('Done cleanup of conntrack map')),
    ).to.match(/^this version's log cannot be read: .* before 1\.1\.2/);
  });

  it('is told in the words of the agent, and without a cause that nobody saw', () => {
    expect(why()).to.equal('the log said nothing at all: it is elsewhere, or the agent does not log');
    expect(why(line('Failed to get mapInfo for conntrack pinpath EPERM'))).to.match(
      /^the agent says "Failed to get .* EPERM"/,
    );
    expect(why(line('Check for any stale entries in the conntrack map'))).to.match(
      /^passes begin and none is carried out/,
    );
    expect(why(line('starting manager'))).to.match(/^1 lines came and none of a cleanup pass/);
  });
});

describe('deletes that the log does not tell of', () => {
  const done = line('Done cleanup of conntrack map: deleted 12 stale entries out of 500 tracked');
  const told = line(`Conntrack cleanup Delete - Conntrack Key : ${owned} Ifindex - 12`, {}, 'debug');

  it('are named where the agent counts some and its level hides them', () => {
    expect(hiddenDeletes(log([done]), 0, 'info')).to.match(
      /^it deleted 12 entries and its log tells of none: .* runs with info$/,
    );
    expect(hiddenDeletes(log([done]), 1, 'info'), 'before').to.equal(undefined);
    expect(hiddenDeletes(log([told, done]), 0, 'info')).to.equal(undefined);
    expect(hiddenDeletes(log([done]), 0, 'debug'), 'those of ballast are left out').to.equal(undefined);
    expect(hiddenDeletes(log([done]), 0, undefined)).to.equal(undefined);
    expect(hiddenDeletes(log([line('Done cleanup of conntrack map')]), 0, 'info')).to.equal(undefined);
    expect(hiddenDeletes(log([line('Flow Info: another form')]), 0, 'debug')).to.match(/cannot be read/);
  });
});

describe('the level of an agent’s log', () => {
  it('is said before anything is judged where it hides what judging needs', () => {
    expect(hiddenByLevel('info', '1.5.0', 'worker')).to.equal(
      'the agent on worker runs with --log-level=info: of 1.5.0 it has to be debug, or its log does not tell of deletes',
    );
    expect(hiddenByLevel('info', '1.4.3', 'worker')).to.equal(undefined);
    expect(hiddenByLevel('error', '1.4.3', 'worker')).to.match(/--log-level=error: of 1\.4\.3 it has to be info/);
    expect(hiddenByLevel('warn', undefined, 'worker')).to.match(/of its version it has to be info/);
    for (const version of ['1.4.3', '1.5.0', undefined]) {
      expect(hiddenByLevel(undefined, version, 'worker'), 'the default').to.equal(undefined);
      expect(hiddenByLevel('debug', version, 'worker')).to.equal(undefined);
    }
  });
});
