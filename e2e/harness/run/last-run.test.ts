import { expect } from 'chai';
import { describe, it } from 'mocha';
import { optionsAfter } from './last-run.ts';

const last = {
  unfinished: new Set<string>(),
  options: { backend: 'a-proxy+bad', raceFlows: 500, ipFamily: 'ipv6' },
} as const;

describe('options of a rerun', () => {
  it('are those of the last run', () => {
    expect(optionsAfter(last, { rerunFailed: true })).to.deep.equal({ ...last.options, rerunFailed: true });
  });

  it('give way to what is asked for now', () => {
    expect(optionsAfter(last, { ipFamily: 'dual' })).to.deep.equal({ ...last.options, ipFamily: 'dual' });
  });

  it('judge one proxy, however it is named', () => {
    expect(optionsAfter(last, { subject: ['another-proxy'] })).to.deep.equal({
      raceFlows: 500,
      ipFamily: 'ipv6',
      subject: ['another-proxy'],
    });
    const bySubject = { ...last, options: { subject: ['a-proxy'] } };
    expect(optionsAfter(bySubject, { backend: 'another-proxy' })).to.deep.equal({ backend: 'another-proxy' });
  });
});
