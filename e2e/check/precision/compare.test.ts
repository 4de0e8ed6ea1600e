import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { CheckResult } from '../result.ts';
import { countedVerbs, forbiddenOf } from './audit.ts';
import { compare, precisionTable } from './compare.ts';
import { FIRST_PORT, insertCommand, madeRows, type Stage } from './made-rows.ts';

const both = (host: string) => ({ v4: `10.244.1.${host}`, v6: `fd00::${host}` });
const stage: Stage = {
  ...{ node: { v4: '172.18.0.3', v6: 'fc00::3' }, ready: both('201'), gone: both('99'), client: both('9') },
  ...{ unready: '10.244.1.202', serving: '10.244.1.203', stranger: both('5') },
  ...{
    service: { v4: '10.96.0.9', v6: 'fd00:10:96::9' },
    empty: '10.96.0.8',
    external: '192.0.2.80',
    balancer: '192.0.2.81',
  },
};
const made = madeRows(stage);
const named = (index: number, reason: string, frontend: string) => ({
  ...{ reason, frontend, sending: false },
  row: { original: { sport: FIRST_PORT + index } },
});
const result = (stale: readonly object[]) => ({ rows: [{ stale }] }) as unknown as CheckResult;
const all = made.flatMap(({ expected }, index) =>
  expected === undefined ? [] : [named(index, expected.reason, expected.frontend)],
);

describe('the proof of check --rows', () => {
  it('has more than twenty kinds of stale rows, of every reason and frontend, in both families, and legal ones', () => {
    const stale = made.flatMap(({ expected }) => expected ?? []);
    expect(stale).to.have.length.above(20);
    expect(new Set(stale.map(({ reason }) => reason))).to.have.property('size', 8);
    expect(new Set(stale.map(({ frontend }) => frontend))).to.have.property('size', 6);
    expect(made.filter(({ dst }) => dst.includes(':'))).to.have.length.above(3);
    expect(made.length - stale.length).to.be.above(5);
  });

  it('is right when each is named with its reason, and nothing else is', () => {
    const { rows, besides } = compare(made, result(all));
    expect(rows.filter(({ right }) => !right)).to.deep.equal([]);
    expect(besides).to.deep.equal([]);
    expect(precisionTable({ rows, besides }, {}))
      .to.contain(`${all.length} of ${all.length} were named`)
      .and.contain('and 0 rows');
  });

  it('sees a row that was missed, one with another reason, one that is legal, and one of nobody', () => {
    const [, second, ...others] = all;
    expect(second).to.not.equal(undefined);
    const legal = made.findIndex(({ expected }) => expected === undefined);
    const wrong = [
      named(1, 'service-gone', 'cluster-ip'),
      ...others,
      named(legal, 'backend-gone', 'cluster-ip'),
      named(5000, 'x', 'y'),
    ];
    const { rows, besides } = compare(made, result(wrong));
    expect(rows.flatMap(({ right }, index) => (right ? [] : [index]))).to.deep.equal([0, 1, legal]);
    expect(besides).to.have.lengthOf(1);
  });

  it('puts a row into the table as the kernel would have made it', () => {
    expect(insertCommand(made[0] as (typeof made)[number], 0).join(' ')).to.equal(
      'conntrack -I -p udp -s 10.244.1.9 -d 10.96.0.9 --orig-port-src 40001 --orig-port-dst 53 -r 10.244.1.99 -q 10.244.1.9 --reply-port-src 8080 --reply-port-dst 40001 -t 300 -u SEEN_REPLY',
    );
  });

  it('finds what a look may not ask for', () => {
    const event = (verb: string, resource: string, namespace?: string) => ({
      ...{ verb, requestURI: '/x', objectRef: { resource, ...(namespace === undefined ? {} : { namespace }) } },
    });
    const fine = [event('list', 'pods'), event('create', 'pods', 'staleproof-rows-1a')];
    const exec = event('get', 'pods', 'shop');
    const bad = [
      ...[event('watch', 'pods'), event('get', 'secrets', 'a'), event('patch', 'pods', 'shop')],
      { ...exec, objectRef: { ...exec.objectRef, subresource: 'exec' } },
    ];
    expect(forbiddenOf([...fine, ...bad])).to.deep.equal(bad);
    expect(countedVerbs([...fine, ...fine])).to.equal('list pods: 2, create pods: 2');
  });
});
