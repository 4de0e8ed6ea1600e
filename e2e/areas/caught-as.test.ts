/** A kill for another reason is none: each known-bad subject says by which judgements, and in which way, it is to be caught. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { declaredFailures } from '../harness/run/testdata/declared-failures.ts';
import * as capture from './capture/judge/capture-judgements.ts';
import * as hostport from './hostport/judge/judgements.ts';
import { areas } from './index.ts';
import * as race from './race/judge/judgements.ts';
import * as udp from './udp/judge/judgements.ts';
import * as watch from './watch/judge/watch-judgement.ts';

const declared = new Set(
  [capture, hostport, race, udp, watch].flatMap((area) =>
    declaredFailures(area).map(({ id, outcome }) => `${id}: ${outcome}`),
  ),
);

/** One defect of a capture shows in many ways; which of them were recorded is not known for all. */
const bad = areas.kinds
  .filter(({ kind }) => kind !== 'packet-capture')
  .flatMap(({ subjects }) => subjects.filter(({ caughtBy }) => caughtBy.length > 0));

describe('known-bad subjects', () => {
  it('say how they are caught', () => {
    expect(bad.length).to.be.greaterThan(50);
    expect(bad.filter(({ caughtAs = [] }) => caughtAs.length === 0).map(({ name }) => name)).to.deep.equal([]);
  });

  it('name ways to fail that are declared', () => {
    const said = areas.kinds.flatMap(({ subjects }) =>
      subjects.flatMap(({ name, caughtAs = [] }) => caughtAs.map((way) => ({ name, way }))),
    );
    expect(said.filter(({ way }) => !declared.has(way))).to.deep.equal([]);
  });
});
