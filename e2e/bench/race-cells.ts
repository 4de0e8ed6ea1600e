/** What the benchmark of the race runs: agent, mode, and the bars that its share of cut flows is held to. */

export interface RaceCell {
  readonly name: string;
  readonly subject: string;
  readonly spec: string;
  readonly args: readonly string[];
  /** A racy agent has to fail, a fixed one to pass. */
  readonly racy: boolean;
  /** Flows that are opened again. */
  readonly flows: number;
  /** Share of the flows that a racy agent cuts at least, a fixed one at most; none for chance. */
  readonly bar?: number;
  readonly once?: true;
}

const owned = 'race/client-owned-flows-survive-cleanup';

function raceCell(version: '1.4.1' | '1.4.3', mode: 'held' | 'ballast', bar: number): RaceCell {
  return {
    name: `${version}-${mode}`,
    subject: `npa@${version}`,
    spec: owned,
    args: ['--race-mode', mode],
    racy: version === '1.4.1',
    flows: 2000,
    bar,
  };
}

export const cells: readonly RaceCell[] = [
  raceCell('1.4.1', 'held', 0.99),
  raceCell('1.4.1', 'ballast', 0.7),
  raceCell('1.4.3', 'held', 0),
  raceCell('1.4.3', 'ballast', 0),
  {
    name: '1.4.1-60000',
    subject: 'npa@1.4.1',
    spec: 'race/udp-flows-survive-cleanup',
    args: ['--race-mode', 'held', '--race-flows', '60000'],
    racy: true,
    flows: 60_000,
    once: true,
  },
  {
    name: '1.4.1-natural',
    subject: 'npa@1.4.1',
    spec: 'race/natural-race-cuts-nothing',
    args: ['--iterations', '30'],
    racy: true,
    flows: 2000,
    once: true,
  },
];
