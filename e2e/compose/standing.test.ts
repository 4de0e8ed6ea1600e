import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Subject, SubjectKind } from '../harness/subject/subject.ts';
import { Standing } from './standing.ts';

const subject = (kind: SubjectKind, name: string): Subject => ({ kind, name }) as Subject;
const agent = subject('policy-agent', 'npa@1.4.3');
const capture = subject('packet-capture', 'packet-capture');
const client = subject('api-client', 'client-go');
const rejection = (promise: Promise<void>): Promise<unknown> =>
  promise.then(
    () => 'stands',
    (error: unknown) => (error as Error).message,
  );

/** Installations that end when they are told to. */
function held(subjects: readonly Subject[]) {
  const began: string[] = [];
  const ends = new Map<Subject, { resolve: () => void; reject: (reason: Error) => void }>();
  const told: string[] = [];
  const standing = new Standing({
    subjects,
    install: (each) =>
      new Promise((resolve, reject) => {
        began.push(each.name);
        ends.set(each, { resolve, reject });
      }),
    stands: (mine) => Promise.resolve(void told.push(...mine.map(({ name }) => `${name} stands`))),
    failed: (each, error) => Promise.resolve(void told.push(`${each.name}: ${String(error)}`)),
  });
  return { standing, began, ends, told };
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('subjects that come to stand', () => {
  it('let specs of others start, and are installed in the cluster one after the other, clients beside them', async () => {
    const { standing, began, ends } = held([agent, capture, client]);
    await standing.ready({ judges: 'service-proxy' });
    await standing.ready({ judges: 'none' });
    await turn();
    expect(began).to.deep.equal(['client-go', 'npa@1.4.3']);
    ends.get(agent)?.resolve();
    await standing.ready({ judges: 'policy-agent' });
    await turn();
    expect(began).to.deep.equal(['client-go', 'npa@1.4.3', 'packet-capture']);
  });

  it('fail the specs that judge them, and no others', async () => {
    const { standing, ends, told } = held([agent, capture]);
    await turn();
    ends.get(agent)?.reject(new Error('no clang'));
    await turn();
    ends.get(capture)?.resolve();
    expect(await rejection(standing.ready({ judges: 'policy-agent' }))).to.equal(
      'npa@1.4.3 is not there to be judged: no clang',
    );
    expect(await rejection(standing.ready({ judges: 'packet-capture' }))).to.equal('stands');
    await standing.settled;
    expect(told).to.deep.equal(['npa@1.4.3: Error: no clang', 'packet-capture stands']);
  });

  it('are waited for by a spec that wants something of the cluster for itself', async () => {
    const { standing, ends } = held([agent]);
    let ready = false;
    const waiting = standing.ready({ judges: 'service-proxy', locks: ['cluster/proxy'] }).then(() => (ready = true));
    await standing.ready({ judges: 'service-proxy', locks: [{ name: 'cluster/proxy', shared: true }] });
    await turn();
    expect(ready).to.equal(false);
    ends.get(agent)?.reject(new Error('it failed'));
    await waiting;
    expect(ready).to.equal(true);
  });
});
