import { expect } from 'chai';
import { describe, it } from 'mocha';
import { validateXML } from 'xmllint-wasm';
import type { EvidenceRecord } from '../../harness/run/result-schema.ts';
import { attemptLine, serverCycle } from '../result-fixture.ts';
import { layOut, PLOT_WIDTH } from './layout.ts';
import { rowsOfLane, type Mark } from './rows.ts';
import { thinDots, thinSteps } from './thinning.ts';
import { hasTimeline, timelineSvg } from './timeline-svg.ts';

const HOSTILE = '</text><script>alert(1)</script>\u001b[31m{red|x}\u0000 & "q"';

describe('timeline layout', () => {
  it('puts all lanes on one clock that begins with the attempt', () => {
    const layout = layOut(serverCycle());
    expect(layout.domain).to.deep.equal([0, 8000]);
    expect(layout.faults).to.deep.equal([{ at: 3100, number: 4 }]);
    expect(layout.losses).to.deep.equal([{ from: 3120, until: 3520 }]);
    expect(layout.panels.map((panel) => [panel.title, panel.style])).to.deep.equal([
      ['replies (sequence number)', 'dots'],
      ['conntrack table (entries)', 'steps'],
    ]);
    expect(layout.rows.map((row) => row.label)).to.deep.equal([
      'fault',
      'client log',
      'premises',
      '',
      'datagrams',
      'rows on worker',
      'steps',
    ]);
  });

  it('shows what lies before the start and after the end of the attempt', () => {
    const evidence = [-500, 12_000].map((at) => ({ at, kind: 'log-line', lane: 'log', summary: 'x' }));
    expect(layOut(attemptLine('fail', { evidence })).domain).to.deep.equal([-1500, 11_000]);
  });

  it('never lets two marks or texts of a row overlap', () => {
    const marks: Mark[] = Array.from({ length: 40 }, (_, index) => ({
      at: (index * 7919) % 10_000,
      until: index % 3 === 0 ? ((index * 7919) % 10_000) + 400 : undefined,
      color: '#000',
      text: `${index} something that happened`,
      short: String(index),
    })).sort((a, b) => a.at - b.at);
    for (const row of rowsOfLane('lane', marks, [0, 10_000], 1000).slice(0, 5))
      row.marks.slice(1).forEach((mark, index) => {
        const before = row.marks[index]!;
        const textEnd = before.at / 10 + (before.label === '' ? 0 : 12 + before.label.length * 6.2);
        expect(mark.at / 10).to.be.at.least((before.until ?? before.at) / 10);
        expect(mark.at / 10 + 6.3).to.be.at.least(textEnd - 6);
      });
  });

  it('thins 200,000 points to what the pixels can show and keeps peaks', () => {
    const points = Array.from({ length: 200_000 }, (_, index) => [index, index === 77_777 ? 9 : 0] as const);
    expect(thinDots(points, [0, 200_000], PLOT_WIDTH, 120).length).to.be.below(2000);
    const steps = thinSteps(points, [0, 200_000], PLOT_WIDTH);
    expect(steps.length).to.be.below(5000);
    expect(steps).to.deep.include([77_777, 9]);
  });
});

describe('timeline-svg', function () {
  this.timeout(20_000);

  it('draws well-formed SVG with both servers, the fault and the loss', async () => {
    const svg = await timelineSvg(serverCycle(), 'a', 'ipv4');
    const result = await validateXML({ xml: [{ fileName: 't.svg', contents: svg }], schema: [ANY] });
    expect(result.errors.map((error) => error.message)).to.deep.equal([]);
    for (const text of [
      'server 1',
      'server 2',
      '4 server 1 deleted with grace 0',
      '#5 no',
      'udp/clusterip-server-cycles',
    ])
      expect(svg).to.contain(text);
  });

  it('is the same for the same lines, and has ids of its own in a page with others', async () => {
    const one = await timelineSvg(serverCycle(), 'a');
    expect(await timelineSvg(serverCycle(), 'a')).to.equal(one);
    expect(one).to.not.match(/zr\d+-/);
  });

  it('leaves a hostile log line inert', async () => {
    const evidence: EvidenceRecord[] = [{ at: 1500, kind: HOSTILE, lane: HOSTILE, summary: HOSTILE }];
    const series = [{ name: HOSTILE, lane: HOSTILE, unit: HOSTILE, points: [[1000, 1] as const] }];
    const steps = [{ title: HOSTILE, startedAt: 1000, endedAt: 2000, depth: 0, error: HOSTILE }];
    const svg = await timelineSvg(attemptLine('fail', { evidence, series, steps }), 'x');
    expect(svg).to.not.match(/<script|<foreignObject|<a |\son\w+=/i);
    expect(svg).to.contain('&lt;script&gt;');
  });

  it('draws 2,000 log lines and 50,000 datagrams in less than 1 MB', async () => {
    const evidence = Array.from({ length: 2000 }, (_, index) => ({
      at: 1000 + index * 4,
      kind: 'log-line',
      lane: 'agent log',
      summary: `line ${index}`,
    }));
    const points = Array.from({ length: 50_000 }, (_, index) => [1000 + index * 0.16, index] as const);
    const series = [{ name: 'server 1', lane: 'replies', unit: 'sequence number', points }];
    expect((await timelineSvg(attemptLine('fail', { evidence, series }), 'x')).length).to.be.below(1_000_000);
  });

  it('copes with an attempt of no length and with nothing to draw', async () => {
    const empty = attemptLine('skip', { endedAt: 1000, evidence: [], steps: [], series: [] });
    expect(hasTimeline(empty)).to.equal(false);
    expect(await timelineSvg(empty, 'x')).to.match(/^<svg /);
  });
});

/** Accepts any element: the validator is used for well-formedness only. */
const ANY = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/2000/svg"
  elementFormDefault="qualified"><xs:element name="svg" type="xs:anyType"/></xs:schema>`;
