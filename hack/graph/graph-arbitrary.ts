/** Graphs without circles for property tests: a part comes after parts that stand before it in the list. */
import * as fc from 'fast-check';
import type { GraphPart, Lane, Widths } from './part-graph.ts';

const lanes: readonly Lane[] = ['core', 'network', 'packages', 'docker'];

export const someGraph: fc.Arbitrary<readonly GraphPart[]> = fc
  .array(
    fc.record({
      lane: fc.constantFrom(...lanes),
      expectedMs: fc.nat(50),
      need: fc.nat(3),
      before: fc.array(fc.nat(30), { maxLength: 4 }),
    }),
    { maxLength: 14 },
  )
  .map((rows) =>
    rows.map(({ before, ...row }, index) => ({
      ...row,
      name: `part-${index}`,
      after: index === 0 ? [] : [...new Set(before.map((number) => `part-${number % index}`))],
    })),
  );

export const someWidths: fc.Arbitrary<Widths> = fc.record({
  core: fc.integer({ min: 1, max: 3 }),
  network: fc.integer({ min: 1, max: 3 }),
  packages: fc.constant(1),
  docker: fc.integer({ min: 1, max: 2 }),
});
