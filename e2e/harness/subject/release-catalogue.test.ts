import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { readCatalogue } from './release-catalogue.ts';

describe('a catalogue of releases', () => {
  let folder = '';
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'staleproof-catalogue-'))));
  after(() => rm(folder, { recursive: true }));

  async function read(text: string) {
    const file = join(folder, 'releases.yaml');
    await writeFile(file, text);
    return readCatalogue(file);
  }
  const refusal = (text: string): Promise<string> =>
    read(text).then(
      () => 'accepted',
      (error: unknown) => (error as Error).message,
    );

  it('names releases, and what a build of each needs', async () => {
    const { product, releases } = await read(
      "product: kube-proxy\nreleases:\n  - { version: '1.31.14', modes: [iptables], replaces: { k8s.io/kube-proxy: v0.31.0 } }\n",
    );
    expect(product).to.equal('kube-proxy');
    expect(releases).to.deep.equal([
      {
        ...{ version: '1.31.14', modes: ['iptables'], featureGates: {}, requires: {}, refused: [] },
        replaces: { 'k8s.io/kube-proxy': 'v0.31.0' },
        ...{ toolchain: undefined, standIns: {}, kernelFunctions: [] },
      },
    ]);
  });

  it('is refused with its row when it is not well-formed', async () => {
    expect(await refusal('')).to.match(/releases\.yaml: expected product and releases/);
    expect(await refusal('product: p\nreleases:\n  - { version: 1.31 }\n')).to.match(/release 1: expected a version/);
    expect(await refusal('product: p\nreleases:\n  - {}\n')).to.match(/release 1: expected a version/);
    expect(await refusal('product: p\nreleases:\n  - ~\n')).to.match(/release 1: expected a version and what/);
    const twice = "  - { version: '1.31.0' }\n";
    expect(await refusal(`product: p\nreleases:\n${twice}${twice}`)).to.match(
      /release 2: version 1\.31\.0 is there twice/,
    );
    expect(await refusal("product: p\nreleases:\n  - { version: '1.31.0', mode: x }\n")).to.match(
      /release 1: column mode is unknown; known: version, modes/,
    );
  });
});
