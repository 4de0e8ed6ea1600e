import { expect } from 'chai';
import { describe, it } from 'mocha';
import { kpngPlaceholders } from './kpng-arguments.ts';

const base = {
  subject: 'kpng-nft',
  image: 'kpng:test',
  clusterCidrs: ['10.244.0.0/16'],
  apiServer: 'https://172.18.0.2:6443',
} as const;

describe('kpng command line', () => {
  it('is one process that reads the API server, or two with a socket between them', () => {
    const single = kpngPlaceholders({ ...base, backend: 'nft', model: 'single' });
    expect(JSON.parse(single['BACKEND_ARGS'] ?? '')).to.deep.equal([
      'kube',
      '--kubeconfig=/var/lib/kpng/kubeconfig',
      'to-local',
      'to-nft',
      '--node-name=$(NODE_NAME)',
      '--cluster-cidrs=10.244.0.0/16',
      '--v=2',
    ]);
    const split = kpngPlaceholders({ ...base, backend: 'iptables', model: 'split' });
    expect(JSON.parse(split['BACKEND_ARGS'] ?? '')).to.deep.equal([
      'local',
      '--api=unix:///k8s/proxy.sock',
      'to-iptables',
      '--v=2',
    ]);
    expect(split['SERVER_ARGS']).to.contain('--listen=unix:///k8s/proxy.sock');
  });

  it('hides the conntrack tool and nothing else', () => {
    const { KPNG_COMMAND = '' } = kpngPlaceholders({
      ...base,
      backend: 'nft',
      model: 'single',
      defect: 'no-conntrack-binary',
    });
    expect(KPNG_COMMAND).to.contain('*/conntrack) ;;');
    expect((JSON.parse(KPNG_COMMAND) as string[]).at(-1)).to.equal('sh');
  });
});
