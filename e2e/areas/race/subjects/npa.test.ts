import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ExecResult } from '../../../harness/cluster/cluster.ts';
import { npa } from './npa.ts';
import type { PartSource, SubjectContext } from '../../../harness/subject/subject.ts';

function contextOf(given: {
  readonly stderr?: string;
  readonly missing?: readonly string[];
  readonly options?: SubjectContext['options'];
}): SubjectContext {
  const answer: ExecResult = { code: 255, stdout: '', stderr: given.stderr ?? '', durationMs: 1 };
  const worker = { name: 'worker', exec: () => Promise.resolve(answer) };
  const parts: Partial<PartSource> = {
    missing: (part) => Promise.resolve(part === 'npa@1.4.3' ? (given.missing ?? []) : [`${part} was asked for`]),
  };
  const cluster = { provider: 'kind', workers: () => Promise.resolve([worker]) };
  const context = { cluster, parts, options: given.options ?? {}, signal: new AbortController().signal };
  return context as unknown as SubjectContext;
}

describe('network policy agent, before it is installed', () => {
  it('says what its build needs and this machine lacks', async () => {
    const missing = ['clang (compiles its BPF programs)', 'kernel type information (/sys/kernel/btf/vmlinux)'];
    expect(await npa('npa@1.4.3').missingHere?.(contextOf({ missing }))).to.deep.equal(missing);
    // A variant of the installation is built like its plain version.
    expect(await npa('npa@1.4.3+without-sys-admin').missingHere?.(contextOf({ missing }))).to.deep.equal(missing);
    expect(await npa('npa@1.4.3').missingHere?.(contextOf({ missing, options: { npaImage: 'x:1' } }))).to.deep.equal(
      [],
    );
  });

  it('says that nodes know no alternative interface names', async () => {
    const old = contextOf({ stderr: 'Usage: ip link add [ link DEV ] [ name ] NAME' });
    expect(await npa('npa@1.4.3').preflight(old)).to.deep.equal([
      'iproute2 on worker knows no alternative interface names (ip link property)',
    ]);
    expect(await npa('npa@1.4.3').preflight(contextOf({ stderr: 'Usage: ip link property add' }))).to.deep.equal([]);
  });
});
