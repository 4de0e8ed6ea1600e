/** What subjects ask for by name, as parts of the set-up. */
import { makePart, missingForPart, partsBefore } from '../subjects/parts.ts';
import type { PartMaker } from './maker.ts';

/** Downloads; everything else is compiled. */
const downloads: readonly string[] = ['watch-python', 'node@newest', 'watch-client-node@2.0.1', 'watch-dotnet'];

export function subjectMaker(name: string): PartMaker {
  return {
    name,
    after: partsBefore(name),
    lane: downloads.includes(name) ? 'network' : 'core',
    // Only where it cannot even be looked for, as before its compilers are there.
    expectedMs: name.startsWith('npa@') ? 240_000 : 60_000,
    async make(options) {
      // Asked as late as this: packages that it lacked are parts before it.
      const lacking = options.onlyIfBuilt === true ? [] : await missingForPart(name);
      if (lacking.length > 0) throw new Error(`${name} cannot be made on this machine; missing: ${lacking.join('; ')}`);
      return makePart(name, options);
    },
  };
}
