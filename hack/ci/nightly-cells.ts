/**
 * The matrix of the nightly workflow, as JSON: `node --import tsx hack/ci/nightly-cells.ts [--OPTION VALUE]…`. What an area runs every
 * night stands in its ci.ts; a run that wants an option is left out where it is not given.
 */
import { fileURLToPath } from 'node:url';
import { areas } from '../../e2e/areas/index.ts';

export interface NightlyCell {
  /** Unique; `red-…` for one that is red on purpose. */
  readonly name: string;
  /** Arguments of `npm run e2e --`. */
  readonly args: readonly string[];
  /** Empty, or the name of a cell of red-cells.ts. */
  readonly red: string;
}

/** `given`: flags with their values, such as `--kpng-image`. */
export function nightlyCells(given: ReadonlyMap<string, string>): readonly NightlyCell[] {
  return areas.all.flatMap(({ name: area, ci }) =>
    ci.nightly.flatMap(({ name, args, red, byOption }): NightlyCell[] => {
      const value = byOption === undefined ? undefined : given.get(byOption);
      if (byOption !== undefined && value === undefined) return [];
      const more = byOption === undefined || value === undefined ? [] : [byOption, value];
      return [{ name: `${red === undefined ? area : 'red'}-${name}`, args: [...args, ...more], red: red ?? '' }];
    }),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2);
  const given = new Map<string, string>();
  for (let index = 0; index < words.length; index += 2) given.set(words[index] ?? '', words[index + 1] ?? '');
  process.stdout.write(`${JSON.stringify({ include: nightlyCells(given) })}\n`);
}
