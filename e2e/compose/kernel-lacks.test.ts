import { expect } from 'chai';
import { describe, it } from 'mocha';
import { kernelLacks, skippedEnvironment } from './kernel-lacks.ts';

const missing = { ipvs: 'not there (kernel 6.18)' };

describe('kernel of the machine', () => {
  it('may lack what a subject needs', () => {
    expect(kernelLacks([{ name: 'proxy', kernelNeeds: ['nft'] }, { name: 'other' }], missing)).to.equal(undefined);
    expect(kernelLacks([{ name: 'proxy-ipvs', kernelNeeds: ['ipvs'] }], missing)).to.equal(
      'proxy-ipvs needs ipvs in the kernel: not there (kernel 6.18)',
    );
  });

  it('then skips every spec with that reason, and names the subject', () => {
    const subject = { name: 'proxy-ipvs', kind: 'service-proxy' } as Parameters<typeof skippedEnvironment>[1][number];
    const environment = skippedEnvironment({}, [subject], 'no ipvs');
    expect(environment.skipReason({} as Parameters<typeof environment.skipReason>[0])).to.equal('no ipvs');
    expect(environment.subjects).to.deep.equal([
      { name: 'proxy-ipvs', kind: 'service-proxy', versions: {}, remarks: ['not run: no ipvs'] },
    ]);
  });
});
