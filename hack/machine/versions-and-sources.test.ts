import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isAtLeast, parseVersion } from '../doctor/versions.ts';
import { dockerPackages, mirrorOf, trixieFiles } from './apt-packages.ts';
import { parseKindVersion } from './kind-binary.ts';
import { parseOsRelease, whyNoSetup } from './os-release.ts';

describe('versions', () => {
  it('are read from what programs print', () => {
    expect(
      ['go1.26.8', 'v20.20.2', 'Docker version 26.1.5+dfsg1, build a72d7cd', 'none'].map(parseVersion),
    ).to.deep.equal(['1.26.8', '20.20.2', '26.1.5', undefined]);
    expect(
      ['0.33.0', 'kind v0.33.0 go1.26.8 linux/amd64', 'kind version 0.33.0-alpha'].map(parseKindVersion),
    ).to.deep.equal(['0.33.0', '0.33.0', '0.33.0-alpha']);
  });

  it('compare by number, not by text', () => {
    expect([isAtLeast('1.26', '1.26.0'), isAtLeast('1.9.1', '1.26.0'), isAtLeast('2.0', '1.26.0')]).to.deep.equal([
      true,
      false,
      true,
    ]);
  });
});

describe('package sources', () => {
  const bookworm = parseOsRelease(
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_CODENAME=bookworm\n',
  );

  it('take only Docker from trixie, and only on bookworm', () => {
    const names = dockerPackages(bookworm).filter((name) => name.endsWith('/trixie'));
    expect(names).to.deep.equal(['docker.io/trixie', 'docker-cli/trixie', 'containerd/trixie']);
    expect(dockerPackages({ ...bookworm, codename: 'trixie' }).join()).not.to.include('/');
  });

  it('pin trixie below what is installed', () => {
    const files = Object.values(trixieFiles('http://mirror.test/debian')).join('\n');
    expect(files).to.include('URIs: http://mirror.test/debian\nSuites: trixie');
    expect(files).to.include('Pin: release n=trixie\nPin-Priority: 50');
  });

  it('use the mirror that the machine uses, in both formats', () => {
    expect(mirrorOf('Types: deb\nURIs: http://a.test/debian\n')).to.equal('http://a.test/debian');
    expect(mirrorOf('deb [signed-by=/k.gpg] https://b.test/debian bookworm main\n')).to.equal('https://b.test/debian');
    expect(mirrorOf('deb https://c.test/cloud x main\n')).to.equal(undefined);
  });

  it('are touched on Debian and Ubuntu as root only', () => {
    expect(whyNoSetup(bookworm, 0)).to.equal(undefined);
    expect(whyNoSetup(bookworm, 1000)).to.equal('not root');
    expect(whyNoSetup(parseOsRelease('ID=fedora\nPRETTY_NAME="Fedora 44"'), 0)).to.equal(
      'Fedora 44 is neither Debian nor Ubuntu',
    );
  });
});
