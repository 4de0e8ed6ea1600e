/** A soak as Prometheus reads it, and as a page for people. Pure. */
import { html } from 'hono/html';
import { documentHtml } from '../report/html/document.ts';
import type { Repeats } from '../report/repeats/repeat-data.ts';
import type { Round } from './soak-rounds.ts';

export interface SoakState {
  readonly area: string;
  readonly hours: number;
  readonly rounds: readonly Round[];
  readonly repeats: readonly Repeats[];
  /** Of an area whose rounds are no specs. */
  readonly watches?: readonly WatchCounts[];
  readonly process: { readonly residentBytes: number; readonly openHandles: number };
}

/** One client on one path, in one round. */
export interface WatchCounts {
  readonly client: string;
  readonly path: string;
  /** By outcome: `delivered`, `missed`, `foundLater`, `failedUpdates`. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Text format 0.0.4. Names of pods are no labels: the number of rows stays that of the specs. */
export function soakMetrics({ area, hours, rounds, repeats, watches = [], process }: SoakState): string {
  const of = label({ area });
  const soakedMs = rounds.reduce((sum, { ms }) => sum + ms, 0);
  const exits = new Map<number, number>();
  for (const { exit } of rounds) exits.set(exit, (exits.get(exit) ?? 0) + 1);
  const last = rounds.at(-1);
  const ended = last === undefined ? undefined : (Date.parse(last.began) + last.ms) / 1000;
  return [
    ...metric('staleproof_soak_hours_asked', 'gauge', 'Hours that the soak is to take.', [[of, hours]]),
    ...metric('staleproof_soak_seconds_total', 'counter', 'Soaked so far, over every start.', [[of, soakedMs / 1000]]),
    ...metric(
      ...([
        'staleproof_soak_rounds_total',
        'counter',
        'Rounds by their exit code: 0 as expected, 1 failed, 2 not judged.',
      ] as const),
      [...exits].map(([exit, count]) => [label({ area, exit: String(exit) }), count] as const),
    ),
    ...metric(
      ...(['staleproof_soak_last_round_timestamp_seconds', 'gauge', 'When the last round ended.'] as const),
      ended === undefined ? [] : [[of, ended]],
    ),
    ...metric(
      ...(['staleproof_soak_attempts_total', 'counter', 'Verdicts by spec, subject and family.'] as const),
      repeats.flatMap(({ subject, family, specs }) =>
        specs.flatMap(({ spec, verdicts }) =>
          [...verdicts].map(([verdict, count]) => [label({ spec, subject, family, verdict }), count] as const),
        ),
      ),
    ),
    ...metric(
      ...(['staleproof_soak_good_passes_in_a_row', 'gauge', 'Longest row of passes that were as expected.'] as const),
      repeats.map(({ subject, family, inARow }) => [label({ subject, family }), inARow] as const),
    ),
    ...metric(
      ...(['staleproof_soak_watch_updates_total', 'counter', 'Updates by what became of them.'] as const),
      summed(watches),
    ),
    ...metric('process_resident_memory_bytes', 'gauge', 'Of the soak itself.', [['', process.residentBytes]]),
    ...metric('staleproof_soak_open_handles', 'gauge', 'Sockets, timers and children of the soak itself.', [
      ['', process.openHandles],
    ]),
    '',
  ].join('\n');
}

/** Its server asks for it again every ten seconds. */
export function soakPage({ area, hours, rounds, repeats }: SoakState): Promise<string> {
  const soaked = rounds.reduce((sum, { ms }) => sum + ms, 0) / 3_600_000;
  const bad = rounds.filter(({ exit }) => exit !== 0);
  const how = bad.length === 0 ? 'all as expected' : `${bad.length} not as expected, first round ${bad[0]?.round ?? 0}`;
  const rows = repeats.flatMap(({ subject, family, specs }) =>
    specs.map(
      ({ spec, verdicts }) =>
        html`<tr>
          <td>${spec}</td>
          <td>${subject}</td>
          <td>${family}</td>
          <td>${[...verdicts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')}</td>
        </tr>`,
    ),
  );
  return documentHtml(
    `Soak of ${area}`,
    html`<main>
      <h1>Soak of ${area}</h1>
      <p>${soaked.toFixed(2)} of ${hours} hours, ${rounds.length} rounds: ${how}.</p>
      <table>
        <thead>
          <tr>
            <th>spec</th>
            <th>subject</th>
            <th>family</th>
            <th>verdicts</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
      <p><a href="/metrics">for Prometheus</a></p>
    </main>`,
  );
}

function metric(
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  samples: readonly (readonly [string, number])[],
): readonly string[] {
  if (samples.length === 0) return [];
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(([labels, value]) => `${name}${labels} ${value}`),
  ];
}

function summed(watches: readonly WatchCounts[]): readonly (readonly [string, number])[] {
  const sums = new Map<string, number>();
  for (const { client, path, counts } of watches)
    for (const [outcome, count] of Object.entries(counts)) {
      const key = label({ client, path, outcome });
      sums.set(key, (sums.get(key) ?? 0) + count);
    }
  return [...sums];
}

function label(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`,
  );
  return `{${pairs.join(',')}}`;
}
