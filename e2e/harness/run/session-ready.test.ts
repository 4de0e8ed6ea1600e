import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { RunClock } from './clock.ts';
import type { AttemptLine, ResultLine } from './result-schema.ts';
import type { ResultWriter } from './results.ts';
import type { RunEnvironment } from './run-environment.ts';
import { planOf, Session } from './session.ts';
import type { RegisteredSpec, SpecMeta } from './spec.ts';
import { InfrastructureError } from './verdict-errors.ts';

const spec = (id: SpecMeta['id'], judges: SpecMeta['judges']): RegisteredSpec => ({
  meta: { id, title: id, claim: 'It MUST.', tags: ['udp'], timeout: 5_000, refs: [], judges },
  body: () => Promise.resolve(),
  file: '/x.spec.ts',
});

describe('a session whose subjects come to stand one by one', () => {
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'session-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('fails the specs whose subject failed, once and as infrastructure, skips without waiting, and runs the others', async () => {
    const lines: ResultLine[] = [];
    const environment = {
      env: { slowFactor: 1, subjects: () => [], options: {} },
      family: 'ipv4',
      defaultJobs: 4,
      skipReason: ({ id }: SpecMeta) => (id === 'race/skipped' ? 'no such kernel' : undefined),
      collectors: () => [],
      ready: ({ judges }: SpecMeta) =>
        judges === 'policy-agent' ? Promise.reject(new InfrastructureError('npa@1.4.3: no clang')) : Promise.resolve(),
    } as unknown as RunEnvironment;
    const specs = [spec('race/a', 'policy-agent'), spec('race/skipped', 'policy-agent'), spec('udp/a', 'none')];
    const session = new Session({
      run: 'run',
      folder,
      clock: new RunClock(),
      options: { flakeAttempts: 3 },
      results: { write: (line: ResultLine) => void lines.push(line) } as unknown as ResultWriter,
      environment,
      defectTables: [],
      plan: planOf(specs, 1),
      observer: { onLog: () => undefined, onStep: () => undefined, onUnwritten: () => undefined },
      interrupted: new AbortController().signal,
    });
    session.start();
    await session.finished;
    const told = lines as readonly AttemptLine[];
    const rows = told.map(({ spec: { id }, verdict, reason, failure }) => [id, verdict, failure?.message ?? reason]);
    expect(rows.sort(([a = ''], [b = '']) => a.localeCompare(b))).to.deep.equal([
      ['race/a', 'infrastructure-error', 'npa@1.4.3: no clang'],
      ['race/skipped', 'skip', 'no such kernel'],
      ['udp/a', 'pass', undefined],
    ]);
  });
});
