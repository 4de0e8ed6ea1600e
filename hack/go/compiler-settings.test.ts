import { expect } from 'chai';
import { describe, it } from 'mocha';
import { compilerMemory, withoutDebugging } from './compiler-settings.ts';

describe('settings of the Go compiler', () => {
  it('leave out debugging information where the linker would throw it away', () => {
    expect(withoutDebugging('-s -w -X a.b=c')).to.deep.equal(['-gcflags=all=-dwarf=false']);
    expect(withoutDebugging('-X a.b=-w')).to.deep.equal([]);
    expect(withoutDebugging(undefined)).to.deep.equal([]);
  });

  it('let it grow on a machine with room for four of them', () => {
    expect(compilerMemory(24 * 1024 ** 3)).to.deep.equal({ GOGC: '400', GOMEMLIMIT: '2GiB' });
    expect(compilerMemory(8 * 1024 ** 3)).to.deep.equal({});
  });
});
