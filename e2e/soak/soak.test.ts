import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { attemptLine, runStart, specInfo } from '../report/result-fixture.ts';
import { repeatsOf } from '../report/repeats/repeat-data.ts';
import { recordOfLines } from '../report/run-record.ts';
import { soakMetrics } from './soak-metrics.ts';
import { readSoakOptions } from './soak-options.ts';
import { type Round, soakExit, soakRounds } from './soak-rounds.ts';
import { serveSoak } from './soak-server.ts';

const HOUR = 3_600_000;
const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'soak-'));

/** A soak whose rounds take `ms` each and end with the codes; afterwards the reader leaves. */
function soaking(out: string, codes: readonly number[], { ms = HOUR, hours = 3, asked = '--area udp' } = {}) {
  let clock = 0;
  let done = 0;
  const folders: string[] = [];
  return {
    folders,
    ...{ out, hours, asked, now: () => clock },
    interrupted: () => done > codes.length,
    run: (folder: string) => {
      folders.push(folder);
      clock += ms;
      done += 1;
      return Promise.resolve(codes[done - 1] ?? 130);
    },
    told: () => Promise.resolve(),
  };
}

describe('a soak', () => {
  it('does rounds until its hours are over, each in a folder of its own', async () => {
    const one = soaking(await newFolder(), [0, 0, 0, 0]);
    const rounds = await soakRounds(one);
    expect(rounds.map(({ round, exit }) => [round, exit])).to.deep.equal([
      [1, 0],
      [2, 0],
      [3, 0],
    ]);
    expect(new Set(one.folders)).to.have.lengthOf(3);
    expect(soakExit(rounds)).to.equal(0);
  });

  it('goes on where it was ended, and does the round again that was cut short', async () => {
    const out = await newFolder();
    const first = soaking(out, [0]);
    expect(await soakRounds(first)).to.have.lengthOf(1);
    expect(first.folders).to.have.lengthOf(2);
    const second = soaking(out, [0, 2, 0, 0]);
    const rounds = await soakRounds(second);
    expect(rounds.map(({ round }) => round)).to.deep.equal([1, 2, 3]);
    expect(soakExit(rounds)).to.equal(2);
    expect((await readFile(join(out, 'rounds.jsonl'), 'utf8')).trim().split('\n')).to.have.lengthOf(3);
  });

  it('counts what was soaked when it was ended, where a part of a round says something', async () => {
    const rounds = await soakRounds({ ...soaking(await newFolder(), [0]), countsWhatWasCut: true });
    expect(rounds.map(({ exit }) => exit)).to.deep.equal([0, 130]);
  });

  it('does not mix what was asked for', async () => {
    const out = await newFolder();
    await soakRounds(soaking(out, [0, 0, 0]));
    const tried = await soakRounds(soaking(out, [0], { asked: '--area race' })).catch(String);
    expect(tried).to.match(/holds a soak of "--area udp", and this one is of "--area race"/);
  });

  it('is red after one bad round, and proves nothing without a round', () => {
    const round = (exit: number): Round => ({ round: 1, began: '', ms: 1, exit, asked: '' });
    expect(soakExit([round(0), round(1), round(2)])).to.equal(1);
    expect(soakExit([])).to.equal(2);
    expect(soakExit([round(130)])).to.equal(2);
    expect(soakExit([round(130), round(0)])).to.equal(0);
  });

  it('reads its options and hands the others on', () => {
    const read = readSoakOptions(
      ['--area', 'udp', '-b', 'kube-proxy-nftables', '--hours=2', '--metrics', '0.0.0.0:80'],
      ['udp'],
    );
    expect(read).to.deep.equal({
      ...{ area: 'udp', hours: 2, out: 'reports/soak/udp', metrics: { host: '0.0.0.0', port: 80 } },
      rest: ['-b', 'kube-proxy-nftables'],
    });
    for (const [argv, message] of [
      [[], /--area \(none\): expected one of udp/],
      [['--area', 'x'], /--area x/],
      [['--area', 'udp', '--hours', '0'], /--hours 0/],
      [['--area', 'udp', '--metrics', 'x:99999'], /--metrics x:99999/],
    ] as const)
      expect(() => readSoakOptions(argv, ['udp'])).to.throw(message);
  });

  it('tells Prometheus and people how far it is', async () => {
    const lines = [runStart([specInfo('udp/a')]), attemptLine('fail', { spec: specInfo('udp/a') })];
    const state = {
      ...{ area: 'udp', hours: 8, repeats: repeatsOf([recordOfLines(lines)]) },
      rounds: [{ round: 1, began: '2026-12-01T00:00:00.000Z', ms: HOUR, exit: 1, asked: '' }],
      watches: [1, 2].map(() => ({ client: 'client-go', path: 'public', counts: { delivered: 3, missed: 1 } })),
      process: { residentBytes: 1000, openHandles: 3 },
    };
    const text = soakMetrics(state);
    expect(text).to.contain('staleproof_soak_seconds_total{area="udp"} 3600\n');
    expect(text).to.contain('staleproof_soak_rounds_total{area="udp",exit="1"} 1\n');
    expect(text).to.match(
      /staleproof_soak_attempts_total\{spec="udp\/a",subject="kube-proxy-nftables",family="ipv4",verdict="fail"\} 1/,
    );
    expect(text).to.contain('staleproof_soak_last_round_timestamp_seconds{area="udp"} 1796086800\n');
    expect(text).to.contain(
      'staleproof_soak_watch_updates_total{client="client-go",path="public",outcome="missed"} 2\n',
    );
    const server = await serveSoak({ host: '127.0.0.1', port: 0 }, () => state);
    try {
      const at = `http://127.0.0.1:${server.port}`;
      expect(await (await fetch(`${at}/metrics`)).text()).to.equal(text);
      expect(await (await fetch(at)).text()).to.contain('1.00 of 8 hours, 1 rounds: 1 not as expected, first round 1.');
      expect((await fetch(`${at}/x`)).status).to.equal(404);
    } finally {
      await server.close();
    }
  });
});
