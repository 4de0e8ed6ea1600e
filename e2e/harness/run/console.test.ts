import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Console } from './console.ts';

function shown(text: string): string {
  const stream = new PassThrough();
  new Console({ verbose: false, stream: stream as unknown as NodeJS.WriteStream }).line(text);
  return String(stream.read());
}

describe('console', () => {
  it('shows what a pod printed without letting it act on the terminal', () => {
    const hostile = 'a\u001b[2J\u001b]0;owned\u0007\u001b[6n\u009b31m\rb\u202ec\u0000d';
    const text = shown(hostile);
    expect(text).to.contain('owned').and.to.contain('b');
    // eslint-disable-next-line no-control-regex -- these must be gone
    expect(text).to.not.match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it('says nothing of what goes on where it shall be quiet', () => {
    const stream = new PassThrough();
    const quiet = new Console({ verbose: false, quiet: true, stream: stream as unknown as NodeJS.WriteStream });
    quiet.passing('set-up: a cluster');
    expect(stream.read()).to.equal(null);
    quiet.line('infrastructure-error: x');
    expect(String(stream.read())).to.equal('infrastructure-error: x\n');
  });

  it('keeps lines and tabs, no colours of others, and no command to a CI runner', () => {
    expect(shown('FAIL\n\tx')).to.equal('FAIL\n\tx\n');
    expect(shown('\u001b[8mhidden')).to.equal('\ufffd[8mhidden\n');
    expect(shown('a\n  ::error::x ##[group]')).to.equal('a\n  : :error::x # #[group]\n');
  });
});
