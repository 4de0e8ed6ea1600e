/** The page in a real browser: what axe finds, what filters, links, sorting and keys do. Pictures: reports/screenshots/. */
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { Page } from 'playwright-core';
import { reportOf } from '../report-data.ts';
import { attemptLine, serverCycle, specInfo, wholeRun } from '../result-fixture.ts';
import { recordOfLines } from '../run-record.ts';
import { timelineSvg } from '../timeline/timeline-svg.ts';
import { runPage } from './run-page.ts';
import { inBrowser, overflowOf, type PageInBrowser, SHOTS, violationsOf, WINDOWS } from './testdata/browser-check.ts';

const HOSTILE = '</script><script>document.title="owned"</script><img src=x onerror="document.title=`owned`">';
const lines = wholeRun([
  serverCycle('pass', { spec: specInfo('udp/zero-to-one'), inShort: 'the stale row went; 20 datagrams lost' }),
  serverCycle('fail', { spec: specInfo('udp/rapid-cycles') }),
  attemptLine('expected-fail', { spec: specInfo('udp/service-deleted'), measures: [] }),
  attemptLine('inconclusive', { spec: specInfo('race/idle-flow-is-kept'), subjects: ['npa@1.4.3'], measures: [] }),
  attemptLine('skip', { spec: specInfo('race/hostile', { claim: HOSTILE }), subjects: ['npa@1.4.3'], reason: HOSTILE }),
]);

describe('the page of a run in a browser', function () {
  this.timeout(120_000);
  let shownPage: PageInBrowser | undefined;

  before(async function () {
    shownPage = await inBrowser(async () => {
      const report = reportOf([recordOfLines(lines)]);
      const attempts = report.outcomes.flatMap((outcome) => outcome.attempts);
      const drawn = await Promise.all(
        attempts.map(async (line, index) => [line, { svg: await timelineSvg(line, `${index}`) }] as const),
      );
      return runPage(report, new Map(drawn));
    });
    if (shownPage === undefined) this.skip();
  });
  after(() => shownPage?.close());

  async function open(...window: Parameters<PageInBrowser['open']>): Promise<Page> {
    if (shownPage === undefined) throw new Error('the browser was not started');
    return shownPage.open(...window);
  }
  const shown = (page: Page): Promise<string[]> =>
    page.locator('table.overview tr[data-find]:visible a').allTextContents();

  for (const [name, options] of WINDOWS)
    it(`is accessible and fits: ${name}`, async () => {
      // axe is put into the page from outside, which the page itself forbids.
      const page = await open({ ...options, bypassCSP: true });
      await page.screenshot({ path: `${SHOTS}/run-page-${name}.png`, fullPage: true });
      expect(await violationsOf(page)).to.deep.equal([]);
      expect(await overflowOf(page)).to.be.at.most(0);
    });

  it('says first what the subject does not do, then what surprised', async () => {
    const page = await open();
    const headings = await page.locator('h2').allTextContents();
    expect(headings.slice(0, 4)).to.deep.equal([
      'What kube-proxy-nftables does not do',
      'What surprised',
      'All specs',
      'Specs, worst first',
    ]);
    expect(await page.locator('.card').allInnerTexts()).to.satisfy(
      ([first = '', second = '']: string[]) =>
        first.includes('udp/rapid-cycles') && second.includes('stale-nodeport-row') && second.includes('fixed in'),
    );
  });

  it('filters by words and by area, and says how many are left', async () => {
    const page = await open();
    await page.locator('#search').fill('rapid');
    expect(await shown(page)).to.deep.equal(['udp/rapid-cycles']);
    expect(await page.locator('.shown').textContent()).to.equal('1 of 5 specs');
    expect(await page.locator('details.outcome:visible').count()).to.equal(1);
    await page.locator('#search').press('Escape');
    await page.getByLabel('Area').selectOption('race');
    expect(await shown(page)).to.deep.equal(['race/idle-flow-is-kept', 'race/hostile']);
  });

  it('sorts within each group, both ways', async () => {
    const page = await open();
    await page.getByLabel('Area').selectOption('udp');
    const header = page.getByRole('button', { name: 'spec', exact: true });
    await header.click();
    expect(await shown(page)).to.deep.equal(['udp/rapid-cycles', 'udp/service-deleted', 'udp/zero-to-one']);
    await header.click();
    expect(await shown(page)).to.deep.equal(['udp/zero-to-one', 'udp/service-deleted', 'udp/rapid-cycles']);
  });

  it('opens the spec that a link names, although its section is closed', async () => {
    const page = await open({}, '#udp/zero-to-one--kube-proxy-nftables--ipv4');
    const section = page.locator('[id="udp/zero-to-one--kube-proxy-nftables--ipv4"]');
    expect(await section.getAttribute('open')).to.equal('');
    expect(await section.getByText('what was seen').isVisible()).to.equal(true);
  });

  it('is used with the keyboard alone', async () => {
    const page = await open();
    await page.keyboard.press('/');
    await page.keyboard.type('race/');
    expect(await shown(page)).to.have.length(2);
    await page.locator('details.outcome:visible > summary').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await page.locator('details.outcome:visible').nth(1).getAttribute('open')).to.equal('');
  });

  it('shows all without its script, and runs none of a pod’s', async () => {
    const page = await open({ javaScriptEnabled: false });
    expect(await shown(page)).to.have.length(5);
    expect(await page.locator('.controls').isVisible()).to.equal(false);
    expect(await (await open()).title()).to.match(/^staleproof/);
  });

  it('prints without controls, in light colours', async () => {
    const page = await open({ colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.controls').isVisible()).to.equal(false);
    expect(await page.evaluate('getComputedStyle(document.body).color')).to.equal('rgb(30, 41, 59)');
    await page.pdf({ path: `${SHOTS}/run-page.pdf` });
  });
});
