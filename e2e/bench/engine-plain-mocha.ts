/** As many empty tests for plain mocha as many.spec.ts has for the engine. */
import { describe, it } from 'mocha';

describe('udp', () => {
  for (let index = 0; index < Number(process.env['MANY'] ?? '0'); index++)
    it(`empty ${index} ${index % 5 === 0 ? '[slow]' : ''}[udp]`, async () => Promise.resolve());
});
