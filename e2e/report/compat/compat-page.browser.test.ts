/** The page in a real browser: what axe finds, and what its filters do. Pictures: reports/screenshots/. */
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { Page } from 'playwright-core';
import {
  inBrowser,
  overflowOf,
  type PageInBrowser,
  SHOTS,
  violationsOf,
  WINDOWS,
} from '../html/testdata/browser-check.ts';
import { compatPage } from './compat-page.ts';
import type { CompatMeasurement } from './compat-schema.ts';

const measured = (product: string, mode: string, version: string, spec: string): CompatMeasurement => ({
  ...{ product, version, mode, ipFamily: 'ipv4', area: spec.split('/')[0] ?? '', spec, claim: 'It MUST.' },
  ...{ verdict: version === '1.33.2' ? 'fail' : 'pass', figures: '</script><script>document.title="owned"</script>' },
  ...{ kubernetes: '1.36.3', kernel: '6.18', commit: 'b5addfe66459', dirty: false, date: '2026-12-01' },
  repeat: `npm run e2e -- --focus ${spec}`,
});
const measurements = [
  ...['1.31.0', '1.33.2', '1.34.0'].map((version) => measured('kube-proxy', 'iptables', version, 'udp/zero-to-one')),
  measured('kube-proxy', 'nftables', '1.34.0', 'udp/zero-to-one'),
  measured('portmap', 'iptables', '1.10.0', 'hostport/pod-goes'),
];

describe('the compatibility page in a browser', function () {
  this.timeout(120_000);
  let shownPage: PageInBrowser | undefined;

  before(async function () {
    shownPage = await inBrowser(() => compatPage({ schema: 1, measurements, defects: [] }, []));
    if (shownPage === undefined) this.skip();
  });
  after(() => shownPage?.close());

  async function open(...window: Parameters<PageInBrowser['open']>): Promise<Page> {
    if (shownPage === undefined) throw new Error('the browser was not started');
    return shownPage.open(...window);
  }

  for (const [name, options] of WINDOWS)
    it(`is accessible and fits: ${name}`, async () => {
      const page = await open({ ...options, bypassCSP: true });
      await page.locator('summary').first().click();
      await page.screenshot({ path: `${SHOTS}/compat-page-${name}.png`, fullPage: true });
      expect(await violationsOf(page)).to.deep.equal([]);
      expect(await overflowOf(page)).to.be.at.most(0);
      expect(await page.title()).to.equal('staleproof: releases and claims');
    });

  it('shows what the filters ask for, and says how much that is', async () => {
    const page = await open();
    const headings = (): Promise<string[]> => page.locator('section:visible h2').allTextContents();
    expect(await headings()).to.have.length(3);
    await page.locator('[data-filter=product]').selectOption('kube-proxy');
    await page.locator('[data-filter=version]').selectOption('1.33.2');
    expect(await headings()).to.deep.equal(['kube-proxy, iptables, ipv4']);
    expect(await page.locator('thead th:visible').allTextContents()).to.deep.equal(['claim', '1.33.2']);
    expect(await page.locator('.shown').textContent()).to.equal('shown: 1 of 3 products and modes');
    await page.locator('[data-filter=product]').selectOption('');
    await page.locator('[data-filter=version]').selectOption('');
    await page.locator('[data-filter=area]').selectOption('hostport');
    expect(await headings()).to.deep.equal(['portmap, iptables, ipv4']);
  });
});
