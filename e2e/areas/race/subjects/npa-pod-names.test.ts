import { expect } from 'chai';
import { describe, it } from 'mocha';
import { withPlugin } from './npa-pod-names.ts';

const conflist = { cniVersion: '0.4.0', name: 'pods', plugins: [{ type: 'ptp' }, { type: 'portmap' }] };

describe('pod names for the network policy agent', () => {
  it('chains the plugin last, once', () => {
    const chained = withPlugin(JSON.stringify(conflist)) ?? '';
    expect(JSON.parse(chained)).to.deep.equal({
      ...conflist,
      plugins: [...conflist.plugins, { type: 'stand-in-vpc-cni' }],
    });
    expect(withPlugin(chained)).to.equal(undefined);
  });

  it('takes another address to report to in place of the one before', () => {
    const silent = withPlugin(JSON.stringify(conflist)) ?? '';
    const reporting = withPlugin(silent, 'http://127.0.0.1:1/pods') ?? '';
    expect((JSON.parse(reporting) as typeof conflist).plugins).to.deep.equal([
      ...conflist.plugins,
      { type: 'stand-in-vpc-cni', reportTo: 'http://127.0.0.1:1/pods' },
    ]);
    expect(withPlugin(reporting)).to.equal(silent);
  });

  it('refuses what is no conflist', () => {
    expect(() => withPlugin('{"type":"ptp"}')).to.throw('expected a CNI conflist');
  });
});
