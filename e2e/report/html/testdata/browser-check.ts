/** For tests of pages in a real browser: which one is here, what axe finds, and whether the page is wider than its window. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

/** Where the pictures of pages go. */
export const SHOTS = 'reports/screenshots';

/** The windows in which a page has to be accessible and to fit. */
export const WINDOWS = [
  ['wide', {}],
  ['narrow', { viewport: { width: 390, height: 844 } }],
  ['dark', { colorScheme: 'dark' }],
] as const;

export interface PageInBrowser {
  /** A new window with the page. An error that the page throws fails the test. */
  open(options?: Parameters<Browser['newPage']>[0], hash?: string): Promise<Page>;
  close(): Promise<void>;
}

/** The page as a file in a browser; undefined where no browser is here. */
export async function inBrowser(html: () => Promise<string>): Promise<PageInBrowser | undefined> {
  const program = browserProgram();
  if (program === undefined) return undefined;
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-page-'));
  await writeFile(join(folder, 'index.html'), await html());
  await mkdir(SHOTS, { recursive: true });
  return {
    async open(options = {}, hash = '') {
      const page = await browser.newPage({ viewport: { width: 1360, height: 1000 }, ...options });
      page.on('pageerror', (error) => expect.fail(`the page threw: ${error.message}`));
      await page.goto(`file://${join(folder, 'index.html')}${hash}`);
      return page;
    },
    async close() {
      await browser.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Undefined, and said, when no browser is in PATH. */
function browserProgram(): string | undefined {
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
