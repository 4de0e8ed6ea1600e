/** For tests of pages in a real browser: which one is here, what axe finds, and whether the page is wider than its window. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

/** Where the pictures of pages go. */
export const SHOTS = 'reports/screenshots';

/** Undefined, and said, when no browser is in PATH. */
export function browserProgram(): string | undefined {
  const found = (process.env['PATH'] ?? '')
    .split(':')
    .flatMap((path) => PROGRAMS.map((name) => join(path, name)))
    .find((path) => existsSync(path));
  if (found === undefined) console.log(`skipped: no browser: none of ${PROGRAMS.join(', ')} is in PATH`);
  return found;
}

/** What axe finds, one line each. The page has to be opened with bypassCSP: axe is put into it from outside, which it forbids. */
export async function violationsOf(page: Page): Promise<unknown> {
  await page.evaluate((await import('axe-core')).default.source);
  return page.evaluate(`axe.run(document).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`);
}

/** Pixels that the page is wider than its window. */
export const overflowOf = (page: Page): Promise<unknown> =>
  page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
