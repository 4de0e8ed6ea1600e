import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { describe, it } from 'mocha';
import { composition } from '../compose/composition.ts';
import { parseOptions } from '../harness/run/options/parse.ts';
import { select } from '../harness/run/select.ts';
import type { RegisteredSpec, SpecMeta } from '../harness/run/spec.ts';
import { areas } from '../areas/index.ts';
import { killRuns, type KillRequest, type KillSpec, type KillSubject } from './mutants-cells.ts';
import { mutantsOptions, runArguments } from './mutants-options.ts';
import { goodTwin } from './mutants-twin.ts';

const registered = areas.subjects;
const all: KillRequest = { areas: [], subjects: [], specs: 'caught' };
const proxy = { kind: 'service-proxy', caughtBy: [] } as const;
const agent = { kind: 'policy-agent', caughtBy: [] } as const;
const subjects: readonly KillSubject[] = [
  { ...proxy, name: 'proxy' },
  { ...proxy, name: 'proxy+lazy', caughtBy: ['udp/a', 'udp/both-legs'] },
  { ...agent, name: 'agent@2' },
  { ...agent, name: 'agent@1', caughtBy: ['race/a'] },
  { ...agent, name: 'agent@2+six', caughtBy: ['race/a'], family: 'ipv6' },
  { ...agent, name: 'agent@2+mended', passes: ['race/b'] },
  { ...agent, name: 'agent@2+inert', undecided: ['race/b'] },
  { ...agent, name: 'agent@installed' },
];
const specs: readonly KillSpec[] = [
  { id: 'udp/a', judges: 'service-proxy' },
  { id: 'udp/b', judges: 'service-proxy' },
  { id: 'udp/both-legs', judges: 'service-proxy', needs: { families: ['dual'] } },
  { id: 'race/a', judges: 'policy-agent' },
  { id: 'race/b', judges: 'policy-agent' },
];
const lines = (request: Partial<KillRequest>): readonly string[] =>
  killRuns({ ...all, ...request }, subjects, specs).map(
    ({ subjects: names, family, keep, specs: ids }) =>
      `${names.join('+')} ${family}${keep ? ' keep' : ''}: ${ids.join(' ')}`,
  );

/** In a process of its own, because a spec file registers once a process. */
async function realSpecs(): Promise<readonly RegisteredSpec[]> {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const listed = await execa(process.execPath, ['--import', 'tsx', 'e2e/cli.ts', '--list', 'json', '--nightly'], {
    cwd,
  });
  const metas = JSON.parse(listed.stdout) as SpecMeta[];
  return metas.map((meta) => ({ meta, file: '', body: () => Promise.resolve() }));
}

describe('runs of the kill matrix', function () {
  this.timeout(60_000);

  it('are the mutants under their own specs, each good twin beside them on the same cluster', () => {
    expect(lines({ areas: ['udp'] })).to.deep.equal([
      'proxy dual keep: udp/both-legs',
      'proxy+lazy dual: udp/both-legs',
      'proxy ipv4 keep: udp/a',
      'proxy+lazy ipv4: udp/a',
    ]);
  });

  it('take a good subject to the family on which a defect shows', () => {
    expect(lines({ areas: ['race'] })).to.deep.equal([
      'agent@2 ipv4 keep: race/a',
      'agent@2+inert ipv4 keep: race/b',
      'agent@2+mended ipv4 keep: race/b',
      'agent@1 ipv4: race/a',
      'agent@2 ipv6 keep: race/a',
      'agent@2+six ipv6: race/a',
    ]);
  });

  it('are one subject alone when it is named, and every spec of the area on request', () => {
    expect(lines({ subjects: ['proxy+lazy'], specs: 'area' })).to.deep.equal([
      'proxy+lazy dual: udp/both-legs',
      'proxy+lazy ipv4: udp/a udp/b',
    ]);
  });

  it('refuse what is unknown, also a spec that a mutant names in vain', () => {
    expect(() => lines({ areas: ['dns'] })).to.throw(RangeError, 'allowed are udp, race, watch, capture');
    expect(() => lines({ subjects: ['proxi'] })).to.throw(RangeError, '--subject proxi is unknown');
    expect(() => killRuns(all, subjects, specs.slice(1))).to.throw('proxy+lazy names udp/a, and no such spec');
  });

  it('of the real suite are accepted by the engine and select exactly their specs', async () => {
    const real = await realSpecs();
    const runs = killRuns(
      all,
      registered,
      real.map(({ meta }) => meta),
    );
    for (const run of runs) {
      const options = await parseOptions(runArguments(run, { runs: 'reports/x', rest: [] }), {}, areas);
      const chosen = select(real, options, areas.tags);
      expect(chosen.specs.map(({ meta }) => meta.id)).to.have.members([...run.specs]);
      expect((await composition.choose(options, chosen.specs)).names).to.include.members([...run.subjects]);
    }
    const ran = new Set(runs.flatMap((run) => run.subjects));
    expect(registered.filter(({ name, caughtBy }) => caughtBy.length > 0 && !ran.has(name))).to.deep.equal([]);
    expect(new Set(runs.map(({ name }) => name)).size).to.equal(runs.length);
  });
});

describe('good twin', () => {
  it('is found for every mutant of the suite', () => {
    const twins = registered
      .filter(({ caughtBy }) => caughtBy.length > 0)
      .map((mutant) => [mutant.name, goodTwin(mutant, registered)?.name]);
    expect(twins.filter(([, twin]) => twin === undefined)).to.deep.equal([]);
    expect(Object.fromEntries(twins)).to.include({
      'kpng-nft+no-conntrack-binary': 'kpng-nft',
      'npa@1.4.1+consecutive-miss': 'npa@1.4.3',
      'curl+no-keepalive': 'curl+keepalive-20s',
      'client-go@0.37.2+no-keepalive': 'client-go@0.37.2',
    });
  });
});

describe('options of the kill matrix', () => {
  const now = new Date('2026-11-21T03:04:05.678Z');

  it('are its own, and the rest goes to each run', () => {
    const options = mutantsOptions(['--area=udp', '--subject', 'x', '--subject', 'y', '--jobs', '1'], now);
    expect(options).to.deep.include({ areas: ['udp'], subjects: ['x', 'y'], specs: 'caught', rest: ['--jobs', '1'] });
    expect(options.runs).to.equal('reports/mutants-20261121T030405');
    expect(mutantsOptions(['--from', 'a', 'b', '--out', 'c'], now)).to.deep.include({ from: ['a', 'b'], out: 'c' });
  });

  it('leave out what makes no sense on an existing cluster', () => {
    const [run] = killRuns({ ...all, areas: ['udp'] }, subjects, specs);
    const given = (...rest: string[]) => runArguments(run!, { runs: 'r', rest });
    expect(given()).to.include.members(['--reuse', '--keep']);
    for (const rest of [['--provider', 'existing'], ['--provider=existing']])
      expect(given(...rest)).not.to.include.oneOf(['--reuse', '--keep']);
  });

  it('refuse what a run sets itself and what has no use', () => {
    expect(() => mutantsOptions(['-i', 'dual'], now)).to.throw(RangeError, '-i is set for each run');
    expect(() => mutantsOptions(['--specs', 'some'], now)).to.throw(RangeError, 'allowed are caught, area');
    expect(() => mutantsOptions(['--from', 'a', '--jobs', '1'], now)).to.throw(RangeError, 'starts no run');
    expect(() => mutantsOptions(['--from'], now)).to.throw(RangeError, 'needs a folder');
    expect(() => mutantsOptions(['--area'], now)).to.throw(RangeError, 'needs a value');
  });
});
