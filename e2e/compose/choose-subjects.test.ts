import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Options } from '../harness/run/options/schema.ts';
import type { RegisteredSpec, SpecMeta } from '../harness/run/spec.ts';
import type { SubjectEntry } from '../harness/subject/subject.ts';
import { areas } from '../areas/index.ts';
import { chooseSubjects } from './choose-subjects.ts';

const entry = (name: string, kind: SubjectEntry['kind'], ...caughtBy: string[]): SubjectEntry => ({
  name,
  kind,
  summary: '',
  caughtBy,
  load: () => Promise.reject(new Error('not to be loaded')),
});
const subjects = [
  entry('other-proxy', 'service-proxy'),
  entry('kube-proxy-iptables', 'service-proxy'),
  entry('kube-proxy-iptables+no-cleanup', 'service-proxy', 'udp/x'),
  entry('npa@1.4.3', 'policy-agent'),
  entry('client-a', 'api-client'),
  entry('client-b', 'api-client'),
  entry('client-b+deaf', 'api-client', 'watch/x'),
  { ...entry('client-image', 'api-client'), byOption: 'watchClientImage' },
];
const known = areas.kinds.map((one) => ({ ...one, subjects: subjects.filter(({ kind }) => kind === one.kind) }));
const specs = (...judges: SpecMeta['judges'][]): RegisteredSpec[] =>
  judges.map((kind) => ({ meta: { judges: kind } as SpecMeta, body: () => Promise.resolve(), file: '' }));
const names = (options: Options, ...judges: SpecMeta['judges'][]) =>
  chooseSubjects(options, specs(...judges), known).names;

describe('the subjects of a run', () => {
  it('default to a good one of each kind that is judged; all good clients', () => {
    expect(names({}, 'service-proxy')).to.deep.equal(['kube-proxy-iptables']);
    expect(names({}, 'service-proxy', 'policy-agent')).to.deep.equal(['kube-proxy-iptables', 'npa@1.4.3']);
    expect(names({}, 'policy-agent')).to.deep.equal(['npa@1.4.3']);
    expect(names({}, 'api-client')).to.deep.equal(['client-a', 'client-b']);
    expect(names({ watchClientImage: 'example/client' }, 'api-client')).to.include('client-image');
    expect(names({}, 'none')).to.deep.equal([]);
  });

  it('are those named; a named proxy is the ground for other kinds too', () => {
    expect(names({ backend: 'kube-proxy-iptables+no-cleanup' }, 'service-proxy')).to.deep.equal([
      'kube-proxy-iptables+no-cleanup',
    ]);
    expect(names({ backend: 'other-proxy' }, 'policy-agent')).to.deep.equal(['other-proxy', 'npa@1.4.3']);
    expect(names({ subject: ['client-b+deaf', 'client-a'] }, 'api-client')).to.deep.equal([
      'client-b+deaf',
      'client-a',
    ]);
  });

  it('are refused when unknown, when two would meet in one kernel, or when no spec judges them', () => {
    expect(() => names({ backend: 'npa@1.4.3' }, 'service-proxy')).to.throw(/--backend npa@1\.4\.3 is unknown/);
    expect(() => names({ subject: ['kube-proxy-iptable'] }, 'service-proxy')).to.throw(
      /did you mean kube-proxy-iptables\?/,
    );
    expect(() => names({ backend: 'other-proxy', subject: ['kube-proxy-iptables'] }, 'service-proxy')).to.throw(
      /other-proxy and kube-proxy-iptables: one service-proxy a run/,
    );
    expect(() => names({ subject: ['client-a'] }, 'service-proxy')).to.throw(/no selected spec judges kind api-client/);
    expect(() => names({ backend: 'other-proxy' }, 'none')).to.throw(/no selected spec judges kind service-proxy/);
  });

  it('make a cluster only when a selected spec needs one', () => {
    expect(chooseSubjects({}, specs('none'), known).where).to.equal('no cluster');
    expect(chooseSubjects({ ipFamily: 'dual' }, specs('none', 'service-proxy'), known).where).to.equal('kind dual');
    const without = specs('api-client').map((spec) => ({
      ...spec,
      meta: { ...spec.meta, needs: { cluster: false } },
    }));
    expect(chooseSubjects({}, without, known).needsCluster).to.equal(false);
  });
});

describe('the registry of subjects', () => {
  it('has unique names of the documented form', () => {
    const all = areas.subjects.map((subject) => subject.name);
    expect(new Set(all).size).to.equal(all.length);
    for (const name of all) expect(name).to.match(/^[a-z0-9][a-z0-9-]*(@[\w.]+)?(\+[a-z0-9-]+)*$/);
  });
});
