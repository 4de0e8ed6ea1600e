import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseConflist, portMapperOf, withPortMapper } from './cni-conflist.ts';

const capabilities = { portMappings: true };
const text = JSON.stringify({
  cniVersion: '0.4.0',
  name: 'net',
  plugins: [{ type: 'ptp', ipam: {} }, { type: 'portmap', capabilities }, { type: 'tuning' }],
});
const other = { type: 'portmap-1.10.0', backend: 'nftables', capabilities };

describe('the chain of CNI plugins', () => {
  it('has the port mapper exchanged at its place, and all else as it was', () => {
    const before = parseConflist(text, 'f');
    expect(portMapperOf(before)?.type).to.equal('portmap');
    const after = withPortMapper(before, other);
    expect(after.plugins.map(({ type }) => type)).to.deep.equal(['ptp', 'portmap-1.10.0', 'tuning']);
    expect({ ...after, plugins: [] }).to.deep.equal({ ...before, plugins: [] });
  });

  it('gets one where there was none', () => {
    const bare = parseConflist('{"name":"net","plugins":[{"type":"ptp","capabilities":{"bandwidth":true}}]}', 'f');
    expect(portMapperOf(bare)).to.equal(undefined);
    expect(withPortMapper(bare, other).plugins).to.deep.equal([bare.plugins[0], other]);
  });

  it('is refused when it is none', () => {
    for (const bad of ['null', '{}', '{"name":"net"}', '{"name":"net","plugins":[{}]}', '{"name":"net","plugins":[3]}'])
      expect(() => parseConflist(bad, 'the file'), bad).to.throw('the file: expected a name and plugins');
  });
});
