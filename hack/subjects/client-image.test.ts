import { expect } from 'chai';
import { describe, it } from 'mocha';
import { launcherOf } from './client-image.ts';

describe('a client that comes as an image', () => {
  it('is run with the command, environment and folder of the image, and its words as they are', () => {
    const script = launcherOf('example/client', {
      Env: ['PATH=/usr/bin', "GREETING=it's on"],
      Entrypoint: ['dotnet', 'client.dll'],
      Cmd: ['--verbose'],
      WorkingDir: '/app',
    });
    expect(script).to.include(
      `sh "$1" 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' 'PATH=/usr/bin' 'GREETING=it'\\''s on' 'unshare' --root "$root" --wd '/app' 'dotnet' 'client.dll' '--verbose'`,
    );
  });

  it('starts in the root without a folder of its own, and not at all without a command', () => {
    expect(launcherOf('example/client', { Cmd: ['/client'], WorkingDir: '' })).to.include(`--wd '/' '/client'`);
    expect(() => launcherOf('example/client', { Entrypoint: null })).to.throw(
      'image example/client names no ENTRYPOINT',
    );
  });
});
