import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { RunStartLine } from '../harness/run/result-schema.ts';
import { withoutCopies } from './merge-parts.ts';
import { problemsOf } from './merge-problems.ts';
import { attemptLine, runEnd, runStart, specInfo } from './result-fixture.ts';
import { recordOfLines, type RunRecord } from './run-record.ts';

/** Shard `index` (from 1) of three of a selection of five. */
function shard(index: number, more: Partial<RunStartLine> = {}, ids = dealt(index)): RunRecord {
  const specs = ids.map((id) => specInfo(id));
  const start = runStart(specs, { run: `r${index}`, shard: `${index}/3`, ...more });
  return recordOfLines([start, ...specs.map((spec) => attemptLine('pass', { spec })), runEnd()]);
}
const dealt = (index: number): readonly string[] =>
  ['udp/a', 'udp/b', 'udp/c', 'udp/d', 'udp/e'].filter((_, place) => place % 3 === index - 1);

describe('parts of a merge', () => {
  it('are fine when every shard is there, whatever the machine was told', () => {
    const elsewhere = { options: { family: 'ipv4', reportsFolder: '/tmp/x', shard: '2/3', kubeconfig: '/k', jobs: 4 } };
    expect(problemsOf([shard(3), shard(2, elsewhere), shard(1)])).to.deep.equal([]);
    expect(problemsOf([recordOfLines([runStart([specInfo()]), attemptLine('pass'), runEnd()])])).to.deep.equal([]);
  });

  it('tell each shard that is missing', () => {
    expect(problemsOf([shard(1), shard(3)])).to.deep.equal([
      'shard 2/3 is missing: found are 1/3 (run r1), 3/3 (run r3)',
    ]);
    expect(problemsOf([shard(2)])[0]).to.match(/^shards 1\/3 and 3\/3 are missing: found is 2\/3 \(run r2\)$/);
  });

  it('count a copy once, and refuse a shard that is given twice with other content', () => {
    const copied = withoutCopies([shard(1), shard(2), shard(1), shard(3)]);
    expect(copied.map(({ name }) => name)).to.deep.equal(['r1', 'r2', 'r3']);
    const [problem, ...more] = problemsOf([shard(1), shard(2), shard(3), shard(2, { run: 'again' })]);
    expect(problem).to.equal('shard 2/3 is given 2 times with other content: runs r2, again');
    expect(more).to.deep.equal([]);
  });

  it('refuse two copies of one run, one of which lacks something', () => {
    const whole = recordOfLines([runStart([specInfo()]), attemptLine('pass'), runEnd()]);
    const torn = recordOfLines([runStart([specInfo()]), attemptLine('pass')]);
    expect(problemsOf(withoutCopies([whole, torn]))).to.deep.equal([
      'run 20261121-010203-abcd is given 2 times with other content',
    ]);
  });

  it('say which seed or option makes a shard one of another run', () => {
    const seed = problemsOf([shard(1), shard(2, { seed: 7 }), shard(3)]);
    expect(seed[0]).to.contain('shard 2/3 is missing').and.to.contain('run r2 is 2/3 of another run: seed 7, not 4711');
    const options = problemsOf([shard(1), shard(2, { options: { family: 'ipv4', tags: ['race'] } }), shard(3)]);
    expect(options[0]).to.contain('run r2 is 2/3 of another run: tags ["race"], not absent');
    const selection = { specs: 5, sha256: 'a' };
    const other = problemsOf([
      shard(1, { selection }),
      shard(2, { selection: { specs: 5, sha256: 'b' } }),
      shard(3, { selection }),
    ]);
    expect(other[0]).to.contain('run r2 is 2/3 of another run: selection');
  });

  it('notice another selection in runs that kept no sum of it', () => {
    expect(problemsOf([shard(1), shard(2, {}, ['udp/a', 'udp/b']), shard(3)])).to.deep.equal([
      'shards 1/3 (run r1) and 2/3 (run r2) both have udp/a: they are not parts of one selection',
    ]);
    expect(problemsOf([shard(1), shard(2, {}, ['udp/b']), shard(3, {}, ['udp/c', 'udp/x'])])[0]).to.equal(
      'the shards have 2, 1, 2 specs, which is not how one selection is dealt out (runs r1, r2, r3)',
    );
  });

  it('refuse shards that judged other versions', () => {
    const subjects = [{ name: 'kube-proxy-nftables', kind: 'service-proxy', versions: { 'kube-proxy': 'v1.31.0' } }];
    const [problem] = problemsOf([
      shard(1),
      shard(2, { subjects: subjects.map((one) => ({ ...one, remarks: [] })) }),
      shard(3),
    ]);
    expect(problem).to.equal(
      'shards judged different things: kube-proxy-nftables kube-proxy: v1.36.3 (runs r1, r3), v1.31.0 (run r2)',
    );
  });

  it('may be several splits side by side, as the cells of a matrix are', () => {
    const other = [1, 2, 3].map((index) => shard(index, { run: `x${index}`, options: { family: 'ipv6' } }));
    expect(problemsOf([shard(1), shard(2), shard(3), ...other])).to.deep.equal([]);
    expect(problemsOf([shard(1), shard(2), shard(3), ...other.slice(1)])).to.have.length(1);
  });
});
