/**
 * 10,000 damaged texts for each reader of what others wrote: nodes, agents, clusters, people. Each mutant is read or refused with one
 * error that says what it is about; nothing is thrown beside that, and no text makes the memory grow without bound.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseNpaLogLine, unknownForm } from '../areas/race/evidence/npa-log.ts';
import { readPrintedMapKeys } from '../areas/race/evidence/npa-map-key.ts';
import { DatagramRecord } from '../harness/datagrams/datagram-record.ts';
import { readProfiles } from '../areas/watch/profiles/profile-schema.ts';
import type { ConntrackEntry } from '../harness/conntrack/conntrack-entry.ts';
import { EXTENDED_WITH_ID, isRejected, parseConntrackEntry } from '../harness/conntrack/conntrack-row.ts';
import { parseConntrackEvent } from '../harness/conntrack/conntrack-event.ts';
import { parseConntrackTable } from '../harness/conntrack/conntrack-table.ts';
import { mayConcern } from '../harness/conntrack/unread-line.ts';
import { readResultLines } from '../report/result-lines.ts';
import { serverCycle, wholeRun } from '../report/result-fixture.ts';
import { memoryOrDisk, mutantsOf } from './testdata/mutate-text.ts';

const MUTANTS = 10_000;
const MOST_MEMORY = 256 * 1024 * 1024;
const seed = Number(process.env['STALEPROOF_FUZZ_SEED'] ?? Date.now() % 2 ** 31);

const tuples =
  'src=10.0.0.1 dst=10.96.0.9 sport=12345 dport=80 [UNREPLIED] src=10.0.2.7 dst=10.0.0.1 sport=8080 dport=12345';
const rows = [
  `ipv4     2 udp      17 29 ${tuples} mark=7 zone=3 use=1 id=1066412369`,
  `ipv4     2 tcp      6 431999 ESTABLISHED ${tuples.replace('dport=80', 'dport=80 zone-orig=6')} [ASSURED] use=1 id=42`,
  'ipv6     10 icmpv6   58 29 src=fd00::1 dst=fd00::2 type=128 code=0 id=77 src=fd00::2 dst=fd00::1 type=129 code=0 id=77 use=1 id=5',
];
const events = rows.flatMap((row) => [
  `[1763690000.250000]\t    [NEW] ${row}`,
  `[1763690000.250000]\t[DESTROY] ${row} [USERSPACE] portid=2923211520 progname=kube proxy`,
]);
const owned =
  'Source IP - 10.244.1.2 Source port - 30001 Dest IP - 10.244.2.3 Dest port - 7000 Protocol - 6 Owner IP - 10.244.1.2';
const agentLines = [
  { msg: `Conntrack cleanup Delete - Conntrack Key : ${owned} Ifindex - 12` },
  { msg: 'Conntrack cleanup', 'Delete - ': { Source_ip: 1, Source_port: 2, Dest_ip: 3, Dest_port: 4, Protocol: 6 } },
  { msg: 'Done cleanup of conntrack map: deleted 12 stale entries out of 500 tracked' },
  {
    msg: 'Flow Info: Src IP: 10.244.1.2 Src Port: 1 Dest IP: 10.244.2.3 Dest Port: 7000 Proto TCP Verdict DENY Direction ingress, Tier DEFAULT',
  },
].map((fields) => JSON.stringify({ level: 'info', ts: '2026-11-20T10:00:01.250Z', ...fields }));
const clientLines = [
  '{"type":"started","mono":"5000000000","wall":1700000000005.5,"flows":2}',
  '{"type":"datagrams","mono":"1","wall":1,"sent":[[0,1,10],[1,1,11]],"unsent":[[0,1]],"replies":[[1,1,12,"s"]],"refused":[[0,11]]}',
  '{"type":"datagrams","errors":[[0,1,"send","EPERM"]],"breaks":[[0,170,"ECONNABORTED"]],"reopened":[[0,232]]}',
];
const profiles = `- name: own-balancer
  summary: forgets after a minute, in silence
  trigger: idle
  model: packet
  onExpiry: nothing
  laterPacket: drop
  lagSeconds: 0
  scope: flow
  realIdleSeconds: 60
  noticeWithinSeconds: 30
  source: {title: our own, url: 'https://example.org/balancer'}
`;

/** Reads each mutant; a failure names the mutant and the seed. */
async function readAll(originals: readonly string[], read: (mutant: string) => unknown): Promise<void> {
  const before = process.memoryUsage().rss;
  for (const mutant of mutantsOf(originals, MUTANTS, seed))
    try {
      await read(mutant);
    } catch (error) {
      throw new Error(`seed ${seed}, ${JSON.stringify(mutant.slice(0, 500))}: ${String(error)}`, { cause: error });
    }
  expect(process.memoryUsage().rss - before, 'bytes of memory more').to.be.below(MOST_MEMORY);
}

function checkRow(entry: ConntrackEntry, text: string): void {
  expect(entry.id).to.be.a('number');
  expect(text.trimEnd().endsWith(`id=${entry.id}`) || /id=0*\d/.test(text)).to.equal(true);
  for (const port of [entry.original.sport, entry.original.dport, entry.reply.sport, entry.reply.dport])
    expect(port ?? 0).to.be.within(0, 65_535);
}

describe('10,000 damaged', () => {
  it('rows of conntrack', () =>
    readAll(rows, (text) => {
      const entry = parseConntrackEntry(text, EXTENDED_WITH_ID);
      if (isRejected(entry)) expect(entry.error).to.have.length.within(5, 320);
      else checkRow(entry, text);
      expect(mayConcern(text, { src: '10.0.0.1', dport: 80 })).to.be.a('boolean');
    }));

  it('events of conntrack', () =>
    readAll(events, (text) => {
      const event = parseConntrackEvent(text);
      if (isRejected(event)) expect(event.error).to.have.length.within(5, 320);
      else {
        checkRow(event.entry, text);
        expect(Number.isFinite(event.wallMs)).to.equal(true);
      }
    }));

  it('tables of conntrack', () =>
    readAll([`${rows.join('\n')}\n`], (text) => {
      const { entries, rejected } = parseConntrackTable(text);
      expect(entries.length + rejected.length).to.be.at.most(text.split('\n').length);
      if (text !== '' && !text.endsWith('\n') && !/\nconntrack v[^\n]*$/.test(text))
        expect(rejected.length, 'the last line is cut').to.be.at.least(1);
    }));

  it('lines of the policy agent', () =>
    readAll([...agentLines, ...agentLines.map((line) => `2026-11-20T10:00:01.3Z stdout F ${line}`)], (text) => {
      const line = parseNpaLogLine(text);
      const unknown = unknownForm(text);
      if (line === undefined) expect(unknown ?? '').to.have.length.below(301);
      else {
        expect(Number.isFinite(line.atMs)).to.equal(true);
        expect(unknown).to.equal(undefined);
      }
    }));

  it('dumps of the policy agent’s map', () =>
    readAll([`Key : IP1 10.0.0.1\n${owned}\nDone reading map\n`], (text) => {
      for (const key of readPrintedMapKeys(text)) expect(key.tuple).to.be.an('object');
    }));

  it('lines of our own clients', () => {
    let record = new DatagramRecord();
    return readAll(clientLines, (text) => {
      if (record.rejected.length > 100) record = new DatagramRecord();
      record.add(text);
      for (const { at } of record.flow(0).errors) expect(at).to.be.a('number');
    });
  });

  it('lines of results', async () => {
    const folder = mkdtempSync(join(memoryOrDisk(), 'results-'));
    try {
      const lines = wholeRun([{ ...serverCycle(), series: [], evidence: [] }]).map((line) => JSON.stringify(line));
      const mutants = [...mutantsOf(lines, MUTANTS, seed)].map((text) => text.replace(/[\n\r\u2028\u2029]/g, ' '));
      writeFileSync(join(folder, 'results.jsonl'), `${mutants.join('\n')}\n`);
      let read = 0;
      for await (const line of readResultLines(join(folder, 'results.jsonl'))) {
        read += 1;
        if (!line.ok)
          expect(line.problem, `seed ${seed}`)
            .to.match(/^line \d+ of results\.jsonl/)
            .with.length.below(1000);
      }
      expect(read, `seed ${seed}`).to.equal(mutants.filter((text) => text.trim() !== '').length);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('profiles', () =>
    readAll([profiles, `${profiles}${profiles.replace('own-', 'other-')}`], (text) => {
      try {
        expect(readProfiles(text, 'own.yaml').length).to.be.at.least(1);
      } catch (error) {
        const { message } = error as Error;
        expect(message.startsWith('profile file own.yaml: '), message).to.equal(true);
        expect(message).to.have.length.below(4000);
      }
    }));

  it('kubeconfigs', async () => {
    const script = fileURLToPath(new URL('testdata/read-kubeconfigs.ts', import.meta.url));
    const argv = ['--import', 'tsx', '--max-old-space-size=512', script, String(MUTANTS), String(seed)];
    const { stdout } = await promisify(execFile)(process.execPath, argv);
    const { read, refused, wrong } = JSON.parse(stdout) as { read: number; refused: number; wrong: readonly string[] };
    expect(wrong, `seed ${seed}`).to.deep.equal([]);
    expect(read + refused).to.equal(MUTANTS);
    expect(refused).to.be.above(MUTANTS / 10);
  });
});
