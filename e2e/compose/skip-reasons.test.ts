import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { SpecMeta } from '../harness/run/spec.ts';
import { type Probed, skipReason } from './skip-reasons.ts';

const meta: SpecMeta = {
  id: 'udp/x',
  title: '',
  claim: '',
  tags: ['udp'],
  timeout: 1,
  refs: [],
  judges: 'service-proxy',
  needs: { workers: 2, capabilities: ['node-port'] },
};
const probed: Probed = {
  provider: 'existing',
  familyMode: 'ipv4',
  workers: 2,
  capabilities: { 'service-proxy': ['node-port'] },
  missingKernel: {},
  judgedOnNodes: ['service-proxy'],
};

describe('a skip', () => {
  it('does not happen where everything is there', () => {
    expect(skipReason(meta, probed)).to.equal(undefined);
  });

  it('names the verbs that the account lacks, and only for the area that needs them', () => {
    const fitness = { lackingAccess: { udp: ['delete pods', 'create services'] }, noNodeAccess: undefined };
    expect(skipReason(meta, { ...probed, fitness })).to.equal(
      'the account may not delete pods, create services, which area udp needs (kubectl auth can-i)',
    );
    expect(skipReason({ ...meta, id: 'race/x' }, { ...probed, fitness })).to.equal(undefined);
  });

  it('says why nodes cannot be entered, to specs whose evidence is there', () => {
    const fitness = { lackingAccess: {}, noNodeAccess: 'privileged pods are refused' };
    expect(skipReason(meta, { ...probed, fitness })).to.equal('needs a shell on nodes: privileged pods are refused');
    expect(skipReason({ ...meta, judges: 'api-client', needs: {} }, { ...probed, fitness })).to.equal(undefined);
    expect(skipReason({ ...meta, needs: { cluster: false } }, { ...probed, fitness })).to.equal(undefined);
  });

  it('says that there is nothing to judge', () => {
    const absent = { 'service-proxy': 'Services are served by Cilium' };
    expect(skipReason(meta, { ...probed, absent })).to.contain('no service-proxy to judge: Services are served by');
  });

  it('names the fact for provider, family, nodes, kernel and capability', () => {
    const reason = (needs: SpecMeta['needs']) => skipReason({ ...meta, ...(needs && { needs }) } as SpecMeta, probed);
    expect(reason({ provider: 'kind' })).to.contain("kind cluster of the suite's own");
    expect(reason({ families: ['ipv6'] })).to.contain('this one is ipv4');
    expect(reason({ workers: 3 })).to.contain('the cluster has 2');
    expect(reason({ capabilities: ['dual-stack'] })).to.contain('it reports node-port');
    expect(
      skipReason({ ...meta, needs: { kernel: ['ipvs'] } }, { ...probed, missingKernel: { ipvs: 'no module' } }),
    ).to.equal('needs ipvs in the kernel: no module');
  });
});
