/** What `npm run soak` is asked for. */
import { parseArgs } from 'node:util';
import { UsageError } from '../harness/run/usage-error.ts';

export const SOAK_HELP = `npm run soak -- --area watch|udp|race|… --hours N [--out FOLDER] [--metrics HOST:PORT] [options of the area]

  --area     watch: watches that have to deliver, on a cluster that is left alone; it takes options of npm run watch -- soak.
             Another one: its specs in rounds, one after the other; it takes options of npm run e2e (-b, --subject, --focus …)
  --hours    of soaking, in all (24)
  --out      where everything is kept (reports/soak/AREA). A soak that was ended goes on there: what was soaked counts
  --metrics  a page for people at / and one for Prometheus at /metrics while it runs (127.0.0.1:9464; off: none)
  --help

Exit code: 0 every round was as expected, 1 one was not, 2 something could not be judged, 64 wrong usage, 128 + n after signal n.
`;

export interface SoakOptions {
  readonly area: string;
  readonly hours: number;
  readonly out: string;
  /** Undefined: no page. */
  readonly metrics: { readonly host: string; readonly port: number } | undefined;
  /** For the command below. */
  readonly rest: readonly string[];
}

/** Throws UsageError, one line. */
export function readSoakOptions(argv: readonly string[], areas: readonly string[]): SoakOptions {
  const own = {
    area: { type: 'string' },
    hours: { type: 'string' },
    out: { type: 'string' },
    metrics: { type: 'string' },
  } as const;
  const { values, tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: own,
  });
  const isOwn = new Set(
    tokens.flatMap((token) =>
      token.kind === 'option' && token.name in own
        ? [token.index, ...(token.inlineValue === false ? [token.index + 1] : [])]
        : [],
    ),
  );
  const area = values.area;
  if (typeof area !== 'string' || !areas.includes(area))
    throw new UsageError(`--area ${String(area ?? '(none)')}: expected one of ${areas.join(', ')}`);
  const hours = Number(values.hours ?? 24);
  if (!(hours > 0 && hours <= 24 * 30))
    throw new UsageError(`--hours ${String(values.hours)}: expected a number above 0, at most 720`);
  return {
    area,
    hours,
    out: typeof values.out === 'string' ? values.out : `reports/soak/${area}`,
    metrics: metricsOf(values.metrics),
    rest: argv.filter((_, index) => !isOwn.has(index)),
  };
}

function metricsOf(text: string | boolean | undefined): SoakOptions['metrics'] {
  if (text === 'off') return undefined;
  const [, host, port] = /^(?:(.+):)?(\d{1,5})$/.exec(typeof text === 'string' ? text : '127.0.0.1:9464') ?? [];
  if (port === undefined || Number(port) > 65_535)
    throw new UsageError(`--metrics ${String(text)}: expected HOST:PORT, a port, or off`);
  return { host: host ?? '127.0.0.1', port: Number(port) };
}
