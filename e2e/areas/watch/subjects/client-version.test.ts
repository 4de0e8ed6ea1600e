import { expect } from 'chai';
import { describe, it } from 'mocha';
import { clientLiterals } from './api-clients.ts';
import type { ClientLiteral } from './client-literal.ts';
import { clientVersions, goModuleVersion } from './client-version.ts';

const named = (wanted: string): ClientLiteral => {
  const found = clientLiterals.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`no client ${wanted}`);
  return found;
};

describe('the version of a client', () => {
  it("is its runtime's for a socket", async () => {
    const { version, versions } = await clientVersions(named('node-socket'), [process.execPath]);
    expect(version).to.equal(process.versions.node);
    expect(versions).to.deep.equal({ node: process.versions.node });
  });

  it("is the installed library's, not the one in its name", async () => {
    const { version, versions } = await clientVersions(named('client-node@1.4.0'), [process.execPath]);
    expect(version).to.match(/^\d+\.\d+\.\d+$/);
    expect(versions).to.deep.equal({ '@kubernetes/client-node': version, node: process.versions.node });
  });

  it('stands in the build information of a Go binary, and in no other', () => {
    const binary = Buffer.from('\x00path\tx\ndep\tk8s.io/client-go\tv0.37.2\th1:abc=\ndep\tk8s.io/x\tv1.0.0\n');
    expect(goModuleVersion(binary, 'k8s.io/client-go')).to.equal('v0.37.2');
    expect(goModuleVersion(binary, 'k8s.io/client')).to.equal(undefined);
    expect(goModuleVersion(Buffer.from('k8s.io/client-go v0.37.2'), 'k8s.io/client-go')).to.equal(undefined);
  });

  it('is not invented for an image of somebody', async () => {
    expect(await clientVersions(named('client-image'), ['x'])).to.deep.equal({ versions: {} });
  });
});
