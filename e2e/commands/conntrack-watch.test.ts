import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isRejected, parseConntrackEntry } from '../harness/conntrack/conntrack-row.ts';
import { sightingLine, type Sighting } from './conntrack-watch.ts';

const entry = parseConntrackEntry(
  'ipv4     2 udp      17 28 src=10.0.0.1 dst=10.96.0.9 sport=12345 dport=80 src=10.0.1.2 dst=10.0.0.1 sport=8080 dport=12345 [ASSURED] id=7',
);
const wallMs = Date.parse('2026-11-21T04:05:06.789Z');

describe('a line of the conntrack watch', () => {
  if (isRejected(entry)) throw new Error(entry.error);
  const row = 'udp 10.0.0.1:12345 -> 10.96.0.9:80, reply from 10.0.1.2:8080 [ASSURED], 28 s left';
  const cases: readonly (readonly [Sighting, string])[] = [
    [{ kind: 'there', wallMs, entry }, `04:05:06.789 = ${row}, was there (id 7)`],
    [{ kind: 'new', wallMs, entry }, `04:05:06.789 + ${row} (id 7)`],
    [{ kind: 'destroy', wallMs, entry }, `04:05:06.789 - ${row}, by the kernel (id 7)`],
    [{ kind: 'destroy', wallMs, entry, userspace: { portId: 1 } }, `04:05:06.789 - ${row}, by a program (id 7)`],
    [
      { kind: 'destroy', wallMs, entry, userspace: { portId: 1, program: 'kube-proxy' } },
      `04:05:06.789 - ${row}, by kube-proxy (id 7)`,
    ],
    [{ kind: 'gone', wallMs, entry }, `04:05:06.789 - ${row}, made before the watch: by whom is not known (id 7)`],
  ];
  for (const [sighting, line] of cases)
    it(`says what is known of a row that is ${sighting.kind}${'userspace' in sighting ? ', by a program' : ''}`, () => {
      expect(stripVTControlCharacters(sightingLine(sighting))).to.equal(line);
    });
});
