import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ClusterNode } from '../cluster/cluster.ts';
import { describeEntry, sameRow, zoneOf } from './conntrack-entry.ts';
import { conntrackListArgv, matchesEntry, parseConntrackTable, readConntrack } from './conntrack-table.ts';
import type { EntryMatch } from './entry-match.ts';

function row(index: number): string {
  const client = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
  return `ipv4     2 udp      17 29 src=${client} dst=10.96.0.10 sport=12345 dport=80 src=10.200.0.2 dst=${client} sport=8080 dport=12345 [ASSURED] mark=0 use=1 id=${1066412369 + index}`;
}

function nodeThatPrints(text: string, shown = text.split('\n').length - 1, code = 0): ClusterNode {
  const stderr = `conntrack v1.4.7 (conntrack-tools): ${shown} flow entries have been shown.\n`;
  return { name: 'worker', exec: () => Promise.resolve({ code, stdout: text, stderr }) } as unknown as ClusterNode;
}

describe('conntrack table', () => {
  it('parses 262,144 rows within a second', () => {
    const text = Array.from({ length: 262_144 }, (_, index) => row(index)).join('\n') + '\n';
    const before = process.cpuUsage();
    const table = parseConntrackTable(text);
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1000;
    expect(table.entries).to.have.length(262_144);
    expect(table.rejected).to.have.length(0);
    // Processor time, because a busy machine inflates the wall's. The bar is 1 s on a calm machine (bench); caches are shared.
    expect(took, `took ${Math.round(took)} ms`).to.be.below(4000);
  }).timeout(30_000);

  it('keeps the lines that are no rows apart', () => {
    const table = parseConntrackTable(
      `${row(1)}\n\nconntrack v1.4.7 (conntrack-tools): 1 flow entries have been shown.\nnonsense\n${row(2)}\n`,
    );
    expect(table.entries.map((entry) => entry.original.src)).to.deep.equal(['10.0.0.1', '10.0.0.2']);
    expect(table.rejected).to.have.length(1);
  });

  it('matches by either direction', () => {
    const [entry] = parseConntrackTable(`${row(1)}\n`).entries;
    expect(matchesEntry(entry!, { protocol: 'udp', sport: 12345, replySrc: '10.200.0.2', replySport: 8080 })).to.equal(
      true,
    );
    expect(matchesEntry(entry!, { replySrc: '10.200.0.3' })).to.equal(false);
    expect(matchesEntry(entry!, { dport: 81 })).to.equal(false);
  });

  it('asks the tool for one family and the original direction', () => {
    expect(
      conntrackListArgv('ipv6', { protocol: 'udp', sport: 12345, dst: 'fd00::1', replySrc: 'fd00::2' }).join(' '),
    ).to.equal('conntrack -L -f ipv6 -o extended,id -p udp --orig-dst fd00::1 --orig-port-src 12345');
  });

  it('refuses a table that holds something else', async () => {
    const read = (node: ClusterNode, match: EntryMatch = {}) => readConntrack(node, 'ipv4', match).catch(String);
    expect(await read(nodeThatPrints(`${row(1)}\nboom\n`))).to.match(
      /^InconclusiveError: conntrack table of worker: 1 lines are no rows, the first: no family: boom/,
    );
    expect(await read(nodeThatPrints(`${row(1)}\n`), { replySrc: '9.9.9.9' })).to.deep.equal([]);
  });

  it('refuses a table that is cut: in a number, between two lines, or with the tool', async () => {
    const read = (node: ClusterNode) => readConntrack(node, 'ipv4', {}).catch(String);
    const text = `${row(1)}\n${row(2)}\n`;
    for (let length = row(1).length + 2; length < text.length; length++)
      expect(await read(nodeThatPrints(text.slice(0, length), 2)), text.slice(0, length)).to.match(
        /no rows, the first/,
      );
    expect(await read(nodeThatPrints(`${row(1)}\n`, 2))).to.match(/cut: 1 lines came, and .* it printed 2 rows/);
    expect(await read(nodeThatPrints('', 0, 1))).to.match(/conntrack -L ended with 1/);
    const mute = { name: 'worker', exec: () => Promise.resolve({ code: 0, stdout: '', stderr: '' }) };
    expect(await read(mute as unknown as ClusterNode)).to.match(/printed an unknown number of rows/);
  });

  it('is not spoilt by a line that cannot be read and is about another flow', async () => {
    const other = row(2).replace('[ASSURED]', '[A NEW FLAG]');
    const node = nodeThatPrints(`${row(1)}\n${other}\n`);
    expect(await readConntrack(node, 'ipv4', { src: '10.0.0.1' })).to.have.length(1);
    expect(await readConntrack(node, 'ipv4', { src: '10.0.0.2' }).catch(String)).to.match(/1 lines are no rows/);
  });

  it('tells rows of one tuple in two zones apart, and zones of one direction', () => {
    const inZone = (words: string, id: number): string => `${row(1).replace(/ use=.*/, '')} ${words}use=1 id=${id}`;
    const origin = row(1).replace('dport=80', 'dport=80 zone-orig=6');
    const reply = row(1).replace('dport=12345', 'dport=12345 zone-reply=7');
    const { entries, rejected } = parseConntrackTable(`${row(1)}\n${inZone('zone=5 ', 4)}\n${origin}\n${reply}\n`);
    expect(rejected).to.deep.equal([]);
    const zones = entries.map((each) => [zoneOf(each, 'original'), zoneOf(each, 'reply')]);
    expect(zones).to.deep.equal([
      [0, 0],
      [5, 5],
      [6, 0],
      [0, 7],
    ]);
    const indexes = (match: EntryMatch) => entries.flatMap((each, index) => (matchesEntry(each, match) ? [index] : []));
    expect(indexes({ originalZone: 0 })).to.deep.equal([0, 3]);
    expect(indexes({ originalZone: 0, replyZone: 0 })).to.deep.equal([0]);
    expect(indexes({ originalZone: 5, replyZone: 5 })).to.deep.equal([1]);
    expect(indexes({})).to.deep.equal([0, 1, 2, 3]);
    expect(entries.map(describeEntry).map((text) => text.slice(text.indexOf('left') + 4))).to.deep.equal([
      '',
      ', zone 5',
      ', zone 6 (original) and 0 (reply)',
      ', zone 0 (original) and 7 (reply)',
    ]);
    const [plain, fifth] = entries;
    expect(sameRow(plain!, { ...fifth!, id: plain!.id! }), 'ids may repeat in another zone').to.equal(false);
  });
});
