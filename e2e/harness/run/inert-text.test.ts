import { expect } from 'chai';
import { describe, it } from 'mocha';
import { inert } from './inert-text.ts';

describe('text of others on a terminal and in the log of a CI job', () => {
  it('has no sequence that acts', () => {
    for (const text of [
      ...[
        '\u001b[8mhidden',
        '\u001b[2J',
        '\u001b]0;title\u0007',
        '\u009b31m',
        '\u001bPq\u001b\\',
        'over\rwritten',
        '\u0085',
        '\u2028',
      ],
      ...['\u202eexe', '\u2066x', '\u200f', '\u0000', '\u0008', '\u007f'],
    ]) {
      expect(inert(text), JSON.stringify(text)).to.not.match(
        // eslint-disable-next-line no-control-regex -- the characters that must be gone
        /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200f]/,
      );
      expect(inert(text)).to.include('\ufffd');
    }
  });

  it('commands no runner', () => {
    for (const text of [
      '::error::x',
      '  ::set-output name=a::b',
      '\t\u00a0::add-mask::x',
      'a\n::stop-commands::t',
      'a\r\n::debug::x',
      '::',
    ])
      expect(inert(text), text).to.not.match(/^\s*::/m);
    for (const text of [
      '##[error]x',
      'a line ##[set-env name=PATH]x',
      '##vso[task.setvariable variable=a]b',
      '####[x]',
    ])
      expect(inert(text), text).to.not.match(/##[a-z]*\[/i);
  });

  it('is left alone when it does nothing', () => {
    for (const text of ['a\tb\nc', '2001:db8::1 port 53', 'std::string x', '## heading', 'a ##', 'ü 漢字 ✔'])
      expect(inert(text)).to.equal(text);
  });
});
