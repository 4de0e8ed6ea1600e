import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { reportOf } from '../report-data.ts';
import { attemptLine, failureRecord, runStart, serverCycle, specInfo, wholeRun } from '../result-fixture.ts';
import { recordOfLines } from '../run-record.ts';
import { timelineSvg } from '../timeline/timeline-svg.ts';
import { runPage } from './run-page.ts';

type Element = DefaultTreeAdapterTypes.Element;

async function page(lines: Parameters<typeof recordOfLines>[0]): Promise<string> {
  const report = reportOf([recordOfLines(lines)]);
  const attempts = report.outcomes.flatMap((outcome) => outcome.attempts);
  const drawn = await Promise.all(
    attempts.map(async (line, index) => [line, { svg: await timelineSvg(line, `${index}`) }] as const),
  );
  return runPage(report, new Map(drawn));
}

function elements(html: string): readonly Element[] {
  const walk = (node: DefaultTreeAdapterTypes.Node): Element[] => [
    ...('tagName' in node ? [node] : []),
    ...('childNodes' in node ? node.childNodes.flatMap(walk) : []),
  ];
  return walk(parse(html));
}

const HOSTILE =
  '</script></title></style></svg>--><script>document.title="owned"</script><img src=x onerror=alert(1)>\' " javascript:alert(1)';

describe('run-page', function () {
  // The first picture loads the charting library, which takes seconds on a busy machine.
  this.timeout(20_000);

  it('says the verdict first, then why, then shows the timeline', async () => {
    const html = await page(wholeRun([serverCycle('fail')]));
    const order = [
      '1 of 1 verdicts are not as they should be',
      'expected replies from server 2, observed the stale entry',
      '<dt>expected</dt>',
      '<svg',
      '<h3>Evidence</h3>',
      'the conntrack entry points at server 1 (10.244.1.5:80)',
      '<h3>Steps</h3>',
      'artifacts/udp-clusterip-server-cycles/1/conntrack-worker.txt',
      'Run it again',
    ];
    let from = 0;
    for (const text of order) {
      const found = html.indexOf(text, from);
      expect(found, `"${text}" after position ${from}`).to.be.at.least(0);
      from = found;
    }
  });

  it('runs its own script and nothing else, whatever a pod printed', async () => {
    const html = await page(
      wholeRun(
        [
          attemptLine('fail', {
            spec: specInfo('udp/hostile', {
              title: HOSTILE,
              claim: HOSTILE,
              refs: [{ title: HOSTILE, url: 'javascript:alert(1)' }],
            }),
            failure: { ...failureRecord(HOSTILE), artifact: 'javascript:alert(1)', causes: [HOSTILE] },
            evidence: [
              {
                at: 2000,
                kind: HOSTILE,
                lane: HOSTILE,
                summary: HOSTILE,
                data: { [HOSTILE]: HOSTILE },
                artifact: HOSTILE,
              },
            ],
            series: [{ name: HOSTILE, lane: HOSTILE, unit: HOSTILE, points: [[1, 1]] }],
            steps: [{ title: HOSTILE, startedAt: 1000, depth: 0, error: HOSTILE }],
            measures: [{ name: HOSTILE, value: 1, unit: HOSTILE }],
            attachments: [{ name: HOSTILE, path: `javascript:${HOSTILE}`, mime: HOSTILE }],
            cleanupErrors: [HOSTILE],
            subjects: [HOSTILE],
          }),
        ],
        { facts: { kernel: HOSTILE }, argv: [HOSTILE] },
      ),
    );
    const all = elements(html);
    expect(all.filter((element) => ['img', 'iframe', 'object', 'embed'].includes(element.tagName))).to.deep.equal([]);
    const [script, ...others] = all.filter((element) => element.tagName === 'script');
    expect(others).to.deep.equal([]);
    const [text] = (script?.childNodes ?? []).map((node) => ('value' in node ? node.value : ''));
    expect(text).to.equal(await readFile(new URL('./page.mjs', import.meta.url), 'utf8'));
    const sum = createHash('sha256')
      .update(text ?? '')
      .digest('base64');
    expect(html.match(/script-src [^;"]*/g)).to.deep.equal([`script-src 'sha256-${sum}'`]);
    const attributes = all.flatMap((element) => element.attrs);
    expect(attributes.filter((attribute) => /^on/i.test(attribute.name))).to.deep.equal([]);
    const addresses = attributes
      .filter((attribute) => /^(xlink:)?href$|^src$/.test(attribute.name))
      .map((attribute) => attribute.value);
    expect(addresses).to.not.be.empty;
    for (const address of addresses) expect(address).to.match(/^(#|\.\/|https:\/\/)/);
    expect(html).to.contain("default-src 'none'");
  });

  it('does not call a run good that never began', async () => {
    const html = await page([
      { type: 'note', at: 10, level: 'infrastructure-error', summary: 'kind create failed in phase nodes' },
    ]);
    expect(html).to.contain('Nothing ran: there is no verdict').and.to.contain('kind create failed in phase nodes');
  });

  it('does not call a killed run good although all its verdicts are', async () => {
    const html = await page([runStart([specInfo()]), attemptLine('pass')]);
    expect(html).to.contain('the run itself is not sound');
  });

  it('gives a command that runs the same spec again, quoted for a shell', async () => {
    const argv = ['--grep', 'x', '-b', 'kube-proxy-nftables', '--config', "it's.yaml"];
    const html = await page(wholeRun([attemptLine('fail')], { argv }));
    expect(html).to.contain(
      'npm run e2e -- -b kube-proxy-nftables --config &#39;it&#39;\\&#39;&#39;s.yaml&#39; --focus &#39;^udp/clusterip-server-cycles$&#39; --seed 4711',
    );
  });
});
