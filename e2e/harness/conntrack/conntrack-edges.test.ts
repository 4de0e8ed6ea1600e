/** Where rows, events and tables of conntrack begin to be something else: found by `npm run prove -- mutation`. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ClusterNode, ExecOptions } from '../cluster/cluster.ts';
import { describeEntry, type ConntrackEntry } from './conntrack-entry.ts';
import { isRejected, parseConntrackEntry } from './conntrack-row.ts';
import { parseConntrackEvent } from './conntrack-event.ts';
import { conntrackListArgv, matchesEntry, parseConntrackTable, readConntrack } from './conntrack-table.ts';

const tuples = 'src=10.0.0.1 dst=10.96.0.9 sport=12345 dport=80 src=10.0.2.7 dst=10.0.0.1 sport=8080 dport=12345';
const line = `ipv4 2 udp 17 29 ${tuples} [ASSURED] mark=7 zone=3 use=1 id=42`;
const parsed = (text: string): ConntrackEntry => {
  const entry = parseConntrackEntry(text);
  if (isRejected(entry)) throw new Error(entry.error);
  return entry;
};
const error = (text: string): string => {
  const entry = parseConntrackEntry(text);
  return isRejected(entry) ? entry.error : 'accepted';
};

describe('a row of conntrack', () => {
  it('keeps mark, zone, lifetime and id as numbers, and lacks what was not printed', () => {
    expect(parsed(line)).to.deep.include({ mark: 7, zone: 3, timeoutSeconds: 29, id: 42, flags: ['ASSURED'] });
    const bare = parsed(`udp 17 ${tuples}`);
    expect(bare).to.not.have.any.keys('mark', 'zone', 'timeoutSeconds', 'id', 'state');
    expect(error(`udp 17 ${tuples} mark=x`)).to.match(/^a mark that is no number/);
    expect(error(`udp 17 ${tuples} zone=x`)).to.match(/^zone zone=x/);
    expect(error(`udp 17 ${tuples} zone-both=1`)).to.match(/^zone zone-both=1/);
  });

  it('has one lifetime and then one state', () => {
    expect(parsed(`tcp 6 117 ESTABLISHED ${tuples}`)).to.deep.include({ timeoutSeconds: 117, state: 'ESTABLISHED' });
    expect(error(`tcp 6 117 118 ${tuples}`)).to.match(/^unexpected 118/);
    expect(error(`tcp 6 117 A B ${tuples}`)).to.match(/^unexpected B/);
    expect(error(`tcp 6 ESTABLISHED 117 ${tuples}`)).to.match(/^unexpected 117/);
  });

  it('has ports up to 65535', () => {
    expect(parsed(line.replace('12345', '65535')).original.sport).to.equal(65_535);
    expect(error(line.replace('12345', '65536'))).to.match(/^port sport=65536/);
    expect(error(line.replace('sport=12345', 'sport='))).to.match(/^port sport=:/);
    expect(error('udp 17 sport=1 src=10.0.0.1 dst=10.0.0.2')).to.match(/^port sport=1/);
  });

  it('has numbers of at most 15 digits, and digits only', () => {
    expect(parsed(line.replace('id=42', `id=${'9'.repeat(15)}`)).id).to.equal(999_999_999_999_999);
    expect(error(line.replace('id=42', `id=${'9'.repeat(16)}`))).to.match(/^an id that is no number/);
    expect(error(line.replace('id=42', 'id=4.2'))).to.match(/^an id/);
    expect(error(line.replace('id=42', 'id=4:2'))).to.match(/^an id/);
  });

  it('begins with a protocol and its number', () => {
    for (const text of ['', 'a=b 17', 'udp', 'ipv4 2', `udp x ${tuples}`])
      expect(error(text), text).to.match(/^no protocol/);
    // What is left of `udp 17` when its beginning is lost.
    for (const text of ['p 17', 'pv4 2 udp 17 29', 'tcp 17', 'udp 6'])
      expect(error(`${text} ${tuples}`), text).to.match(/^(protocol \w+ is not number|unexpected)/);
    expect(parsed('unknown 2 src=10.0.0.1 dst=224.0.0.1 src=224.0.0.1 dst=10.0.0.1').protocol).to.equal('unknown');
  });

  it('has two whole tuples', () => {
    for (const text of [
      tuples.replace(' dst=10.96.0.9', ''),
      tuples.replace(' dst=10.0.0.1', ''),
      tuples.replace('src=10.0.0.1', 'src='),
      tuples.replace('src=10.0.2.7', 'src='),
      'src=10.0.0.1 dst=10.0.0.2',
    ])
      expect(error(`udp 17 ${text}`), text).to.match(/^not two whole tuples/);
    expect(error(`udp 17 dst=10.0.0.2 ${tuples}`)).to.match(/^dst before src/);
    expect(error(`udp 17 ${tuples} src=10.0.0.1`)).to.match(/^a third tuple/);
    expect(error(`udp 17 ${tuples} LATE`)).to.match(/^unexpected LATE/);
    expect(error(`udp 17 ${tuples} [ASSU`)).to.match(/^flag \[ASSU is cut/);
  });

  it('is quoted up to 200 characters', () => {
    const long = (length: number): string => 'x='.padEnd(length, 'y');
    expect(error(long(200))).to.equal(`no protocol: ${long(200)}`);
    expect(error(long(201))).to.equal(`no protocol: ${long(201).slice(0, 200)}…`);
  });

  it('describes itself with and without ports and lifetime', () => {
    expect(describeEntry(parsed(line))).to.equal(
      'udp 10.0.0.1:12345 -> 10.96.0.9:80, reply from 10.0.2.7:8080 [ASSURED], 29 s left, zone 3',
    );
    const icmp = parsed('icmp 1 src=10.0.0.1 dst=10.0.0.2 type=8 src=10.0.0.2 dst=10.0.0.1');
    expect(describeEntry(icmp)).to.equal('icmp 10.0.0.1 -> 10.0.0.2, reply from 10.0.0.2');
  });
});

describe('an event of conntrack', () => {
  const stamp = '[1763690000.250000     ]';

  it('has a time, a kind and a row, with blanks around as the tool prints them', () => {
    const event = parseConntrackEvent(`  ${stamp}  [DESTROY]  ${line}`);
    expect(event).to.deep.include({ kind: 'destroy', wallMs: 1_763_690_000_250 });
    expect(event).to.not.have.property('userspace');
    expect(parseConntrackEvent(`${stamp} [NEW] ${line}`)).to.have.property('kind', 'new');
    expect(parseConntrackEvent(`${stamp} [UPDATE] ${line}`)).to.have.property('kind', 'update');
  });

  it('names the program that asked for it', () => {
    const by = (tail: string) => parseConntrackEvent(`${stamp} [DESTROY] ${line} ${tail}`);
    expect(by('[USERSPACE] portid=7 progname=kube-proxy  ')).to.deep.include({
      userspace: { portId: 7, program: 'kube-proxy' },
    });
    expect(by('[USERSPACE] portid=12')).to.deep.include({ userspace: { portId: 12 } });
  });

  it('is refused without a time, without a kind, and behind other text', () => {
    expect(parseConntrackEvent(`[NEW] ${line}`)).to.deep.equal({ error: `no timestamp: [NEW] ${line}`.slice(0, 214) });
    for (const text of ['', `${stamp} ${line}`, `x ${stamp} [NEW] ${line}`, `${stamp} [OLD] ${line}`])
      expect(parseConntrackEvent(text), text)
        .to.have.property('error')
        .that.matches(/^no event/);
    expect(parseConntrackEvent('y'.repeat(300))).to.deep.equal({ error: `no event: ${'y'.repeat(200)}` });
    expect(parseConntrackEvent(`[NEW] ${'z'.repeat(300)}`))
      .to.have.property('error')
      .with.length(214);
    expect(parseConntrackEvent(`${stamp} [NEW] nonsense`))
      .to.have.property('error')
      .that.matches(/^no family/);
  });

  it('names a program with blanks, and one with a name like a row', () => {
    for (const program of ['kube proxy', 'con track  2', 'a] [USERSPACE] portid=1 progname=b', 'id=7'])
      expect(
        parseConntrackEvent(`${stamp} [DESTROY] ${line} [USERSPACE] portid=7 progname=${program}`),
      ).to.deep.include({
        userspace: { portId: 7, program },
      });
  });

  it('is refused when it is cut before its id', () => {
    const whole = `${stamp} [DESTROY] ${line}`;
    for (let length = 0; length < whole.lastIndexOf('id=') + 4; length++)
      expect(parseConntrackEvent(whole.slice(0, length)), whole.slice(0, length)).to.have.property('error');
  });
});

describe('a table of conntrack', () => {
  const entry = parsed(line);

  it('is matched field by field', () => {
    const all = { protocol: 'udp', src: '10.0.0.1', sport: 12345, dst: '10.96.0.9', dport: 80 } as const;
    const whole = { ...all, replySrc: '10.0.2.7', replySport: 8080 };
    expect(matchesEntry(entry, {})).to.equal(true);
    expect(matchesEntry(entry, whole)).to.equal(true);
    for (const [field, other] of Object.entries({
      ...{ protocol: 'tcp', src: '10.0.0.2', sport: 1, dst: '10.96.0.8', dport: 81 },
      ...{ replySrc: '10.0.2.8', replySport: 8081 },
    })) {
      expect(matchesEntry(entry, { ...whole, [field]: other }), field).to.equal(false);
      expect(matchesEntry(entry, { [field]: whole[field as keyof typeof whole] }), field).to.equal(true);
    }
  });

  it('is asked for with what the tool can filter by', () => {
    const base = ['conntrack', '-L', '-f', 'ipv4', '-o', 'extended,id'];
    expect(conntrackListArgv('ipv4', {})).to.deep.equal(base);
    const ports = { sport: 1, dport: 2 };
    expect(conntrackListArgv('ipv4', { protocol: 'udp', src: 'a', dst: 'b', ...ports })).to.deep.equal([
      ...base,
      ...['-p', 'udp', '--orig-src', 'a', '--orig-dst', 'b', '--orig-port-src', '1', '--orig-port-dst', '2'],
    ]);
    expect(conntrackListArgv('ipv4', { protocol: 'tcp', dport: 2 })).to.deep.equal([
      ...base,
      '-p',
      'tcp',
      '--orig-port-dst',
      '2',
    ]);
    expect(conntrackListArgv('ipv4', { protocol: 'icmp', ...ports })).to.deep.equal([...base, '-p', 'icmp']);
    expect(conntrackListArgv('ipv4', ports)).to.deep.equal(base);
  });

  it('holds only what matches, is read under the signal, and is none with a line that is no row', async () => {
    const seen: (ExecOptions | undefined)[] = [];
    let text = `${line}\n${line.replace('sport=12345', 'sport=999')}\n`;
    const exec = (_: readonly string[], options?: ExecOptions) => {
      seen.push(options);
      const stderr = `${text.split('\n').length - 1} flow entries have been shown.`;
      return Promise.resolve({ code: 0, stdout: text, stderr });
    };
    const node = { name: 'worker', exec } as unknown as ClusterNode;
    expect((await readConntrack(node, 'ipv4', { sport: 999 })).map(({ original }) => original.sport)).to.deep.equal([
      999,
    ]);
    const { signal } = new AbortController();
    await readConntrack(node, 'ipv4', {}, signal);
    expect(seen[0]).to.deep.equal({ timeoutMs: 30_000 });
    expect(seen[1]?.signal).to.equal(signal);
    text = 'garbage\n';
    const failed = await readConntrack(node, 'ipv4', {}).catch((reason: unknown) => reason);
    expect(String(failed)).to.match(/worker: 1 lines are no rows, the first: no family/);
    expect(parseConntrackTable('')).to.deep.equal({ entries: [], rejected: [] });
  });
});
