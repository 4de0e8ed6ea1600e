import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { SubjectContext } from '../../../harness/subject/subject.ts';
import { modeIn, proxyWord, versionIn } from './kube-proxy-word.ts';

const build = (version: string): string =>
  `# HELP kubernetes_build_info [BETA] A metric\nkubernetes_build_info{build_date="x",git_version="${version}",go_version="go1.26"} 1\n`;

function contextOf(
  nodes: Readonly<Record<string, { readonly metrics?: string; readonly mode?: string }>>,
): SubjectContext {
  const list = Object.entries(nodes).map(([name, said]) => ({
    name,
    exec: (argv: readonly string[]) => {
      const answer = argv.at(-1)?.endsWith('/metrics') === true ? said.metrics : said.mode;
      return Promise.resolve({ code: answer === undefined ? 7 : 0, stdout: answer ?? '', stderr: '' });
    },
  }));
  return { cluster: { nodes: () => Promise.resolve(list) } } as unknown as SubjectContext;
}

describe('the word of a running kube-proxy', () => {
  it('is its version and its mode, when every node says the same', async () => {
    const said = { metrics: build('v1.31.0'), mode: 'iptables' };
    expect(await proxyWord(contextOf({ a: said, b: said }))).to.deep.equal({
      version: '1.31.0',
      mode: 'iptables',
      told: ['a: 1.31.0 iptables', 'b: 1.31.0 iptables'],
    });
  });

  it('is unknown when a node is silent or says something else', async () => {
    const said = { metrics: build('v1.31.0'), mode: 'iptables' };
    const silent = await proxyWord(contextOf({ a: said, b: {} }));
    expect(silent.version).to.equal(undefined);
    expect(silent.mode).to.equal(undefined);
    expect(silent.told).to.deep.equal(['a: 1.31.0 iptables', 'b: no version no mode']);
    const mixed = await proxyWord(contextOf({ a: said, b: { metrics: build('v1.36.3'), mode: 'nftables' } }));
    expect([mixed.version, mixed.mode]).to.deep.equal([undefined, undefined]);
  });

  it('is read from metrics and from an answer that is a mode alone', () => {
    expect(versionIn(build('v1.34.1-eks-6fe0a3'))).to.equal('1.34.1-eks-6fe0a3');
    expect(versionIn('kubernetes_build_info 1\n')).to.equal(undefined);
    expect(versionIn('other{git_version="v1.2.3"} 1\n')).to.equal(undefined);
    expect(modeIn('nftables\n')).to.equal('nftables');
    expect(modeIn('404 page not found')).to.equal(undefined);
    expect(modeIn('')).to.equal(undefined);
  });
});
