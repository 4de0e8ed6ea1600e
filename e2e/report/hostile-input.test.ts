/** Pod names, log lines and artefact names are hostile input: put into every field of a run, in every format that is written. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { describe, it } from 'mocha';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { validateXML } from 'xmllint-wasm';
import { attemptLine, failureRecord, specInfo, wholeRun } from './result-fixture.ts';
import { REPORT_FORMATS, summaryOf, writeReports } from './write-reports.ts';

const HOSTILE: Readonly<Record<string, string>> = {
  script: '</script></style></title></textarea>--><script>owned()</script>',
  attribute: '" onmouseover="owned()" x=\'',
  image: '<img src=x onerror=owned()><svg onload=owned()>',
  address: 'javascript:owned()',
  markdown:
    '| [x](javascript:owned()) ![i](http://owned.example/x.png) `</td>` | @owned\n\n# heading\n<script>owned()</script>',
  template: '${owned()} {{owned()}} <%= owned() %>',
  'CDATA and entities': ']]><x>&owned; &#0; &lt;script&gt; <!ENTITY owned SYSTEM "file:///etc/passwd">',
  terminal: '\u001b]0;owned\u0007\u001b[2J\u001b[8mhidden\u001b[0m\r\u0000\u0008',
  'text direction': '\u202eexe.fdp\u2066\u200b\ud800',
  formula: '=HYPERLINK("http://owned.example";"x")',
  shell: "'; touch owned; echo '",
  path: '../../../../owned',
  long: 'x'.repeat(200_000),
};

function runOf(text: string) {
  const attempt = attemptLine('fail', {
    spec: specInfo('udp/hostile', { title: text, claim: text, file: text, refs: [{ title: text, url: text }] }),
    reason: text,
    failure: {
      ...failureRecord(text),
      subject: text,
      expected: text,
      observed: text,
      stack: text,
      artifact: text,
      causes: [text],
    },
    evidence: [{ at: 2000, kind: text, lane: text, summary: text, data: { [text]: text }, artifact: text }],
    series: [{ name: text, lane: text, unit: text, points: [[1, 1]] }],
    steps: [{ title: text, startedAt: 1000, depth: 0, error: text }],
    measures: [{ name: text, value: 1, unit: text }],
    attachments: [{ name: text, path: text, mime: text }],
    cleanupErrors: [text],
  });

  return wholeRun([attempt], { facts: { [text]: text, kernel: text }, argv: [text] });
}

type Element = DefaultTreeAdapterTypes.Element;

function elements(html: string): readonly Element[] {
  const walk = (node: DefaultTreeAdapterTypes.Node): Element[] => [
    ...('tagName' in node ? [node] : []),
    ...('childNodes' in node ? node.childNodes.flatMap(walk) : []),
  ];
  return walk(parse(html));
}

const textOf = (element: Element): string =>
  element.childNodes.map((node) => ('value' in node ? node.value : '')).join('');

describe('hostile input', function () {
  this.timeout(60_000);

  for (const [name, text] of Object.entries(HOSTILE))
    it(`acts nowhere: ${name}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'staleproof-hostile-'));
      try {
        const lines = runOf(text).map((line) => `${JSON.stringify(line)}\n`);
        await writeFile(join(folder, 'results.jsonl'), lines.join(''));
        const files = await writeReports(folder, { formats: REPORT_FORMATS });
        for (const file of files) {
          // Nothing is written outside of the run's folder, whatever a name says.
          expect(relative(folder, file)).to.not.match(/^\.\./);
          await inert(file);
        }
        // Colours are ours; no other sequence and no mark that reorders text may reach a terminal.
        const plain = stripVTControlCharacters(await summaryOf(folder, files)).replaceAll('\n', '');
        expect(/[\p{Cc}\u202a-\u202e]/u.test(plain)).to.equal(false);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
});

async function inert(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (file.endsWith('.html')) {
    const all = elements(text);
    const scripts = all.filter(({ tagName }) => tagName === 'script').map(textOf);
    // mochawesome's page has its publisher's script; what a pod printed must never be one.
    for (const script of scripts) expect(script.trim(), file).to.not.match(/^owned/);
    for (const { attrs } of all)
      for (const { name, value } of attrs) {
        expect(/^on/i.test(name) && value.includes('owned'), `${file}: ${name}="${value.slice(0, 60)}"`).to.equal(
          false,
        );
        if (/^(xlink:)?(href|src|action)$/.test(name)) expect(value, file).to.not.match(/^\s*javascript:/i);
      }
    for (const tag of ['img', 'iframe', 'object', 'embed'])
      expect(
        all.filter(({ tagName, attrs }) => tagName === tag && attrs.some(({ value }) => value.includes('owned'))),
        file,
      ).to.deep.equal([]);
  } else if (file.endsWith('.xml')) {
    const schema = await readFile(new URL('testdata/junit-dialect.xsd', import.meta.url), 'utf8');
    const result = await validateXML({ xml: [{ fileName: 'junit.xml', contents: text }], schema: [schema] });
    expect(result.errors, file).to.deep.equal([]);
  } else if (file.endsWith('.json')) JSON.parse(text);
  else if (file.endsWith('.yaml')) expect(load(text), file).to.be.an('object');
  else if (file.endsWith('.md')) expect(text, file).to.not.match(/<script|<img|\]\(javascript:|^# heading/m);
}
