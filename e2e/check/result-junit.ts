/** The result as JUnit XML, in the dialect of the suite's own reports: one case a defect of a subject, and one for all that is not known. */
import { printable } from '../report/printable.ts';
import type { CheckedSubject, CheckResult } from './result.ts';

type Node = Record<string, unknown>;

export async function resultJunit(result: CheckResult): Promise<string> {
  const { create } = await import('xmlbuilder2');
  const suites = [...result.subjects.map((subject) => suiteOf(result, subject)), unknownSuite(result)];
  const sum = (key: string): number => suites.reduce((total, one) => total + Number(one[key]), 0);
  const document = {
    testsuites: {
      '@name': `staleproof check ${clean(result.context)}`,
      ...{ '@tests': sum('@tests'), '@failures': sum('@failures'), '@errors': sum('@errors'), testsuite: suites },
    },
  };
  return `${create({ version: '1.0', encoding: 'UTF-8' }, document).end({ prettyPrint: true })}\n`;
}

// The builder reads its input as if it were written already, so an `&x;` in somebody else's text would be an entity to it.
const clean = (text: string): string => printable(text).replaceAll('&', '&amp;amp;');

function suiteOf(result: CheckResult, subject: CheckedSubject): Node {
  const name = clean(
    [subject.product, subject.version ?? 'unknown', subject.mode ?? 'unknown'].filter(Boolean).join(' '),
  );
  const cases: Node[] = [
    ...subject.defects.map((one) => ({
      ...{ '@classname': name, '@name': clean(one.id), '@time': '0.000' },
      ...(one.has === true
        ? {
            failure: {
              '@type': one.by,
              '@message': clean(one.title),
              '#': clean(`${one.trigger}\n${one.avoid}\n${one.refs.join('\n')}`),
            },
          }
        : { skipped: { '@message': 'not measured' } }),
    })),
    ...subject.failures.map(({ spec, claim, figures }) => ({
      ...{ '@classname': name, '@name': clean(spec), '@time': '0.000' },
      failure: { '@type': 'fail', '@message': clean(claim), '#': clean(figures) },
    })),
  ];
  const testcase =
    cases.length > 0 ? cases : [{ '@classname': name, '@name': 'none of the known defects', '@time': '0.000' }];
  return suiteNode(name, result.at, testcase);
}

function unknownSuite(result: CheckResult): Node {
  const cases: Node[] = result.missing.map(({ what, why }) => ({
    ...{ '@classname': 'not known', '@name': clean(what), '@time': '0.000' },
    error: { '@type': 'could-not-look', '@message': clean(why) },
  }));
  const all = { '@classname': 'not known', '@name': 'everything was looked at', '@time': '0.000' };
  return suiteNode('what could not be looked at', result.at, cases.length > 0 ? cases : [all]);
}

function suiteNode(name: string, at: string, testcase: readonly Node[]): Node {
  const having = (key: string): number => testcase.filter((one) => key in one).length;
  return {
    ...{ '@name': name, '@tests': testcase.length, '@failures': having('failure'), '@errors': having('error') },
    ...{ '@skipped': having('skipped'), '@time': '0.000', '@timestamp': at.replace(/(\.\d+)?Z$/, ''), testcase },
  };
}
