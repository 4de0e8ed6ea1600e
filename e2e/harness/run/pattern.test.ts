import { expect } from 'chai';
import { describe, it } from 'mocha';
import { compilePattern } from './pattern.ts';

describe('patterns from users', () => {
  for (const text of ['a|b|', '|a', 'a||b', '(a|)', '(|a)', '(?:|a)', '(?=|a)', '/a|/i'])
    it(`refuses ${text}: an empty alternative matches everything`, () => {
      expect(() => compilePattern('--focus', text)).to.throw(`--focus ${text}: an alternative is empty`);
    });
  for (const text of ['a|b', 'a\\|', '[|]', '[|a]|b', '(?:a|b)|c', '(?<x>a)|b'])
    it(`accepts ${text}`, () => {
      expect(compilePattern('--focus', text)).to.be.instanceOf(RegExp);
    });
  it('takes flags as in a literal', () => {
    expect(compilePattern('--grep', '/UDP/i').test('udp')).to.equal(true);
  });
  it('refuses what does not compile, in one line', () => {
    expect(() => compilePattern('--grep', '(a')).to.throw(/^--grep \(a: .*Unterminated group/);
    expect(() => compilePattern('--grep', '//')).to.throw('the pattern is empty');
    expect(() => compilePattern('--grep', '/a/g')).to.throw('flags g and y');
  });
});
