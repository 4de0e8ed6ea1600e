import { isIPv4, isIPv6 } from 'node:net';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { addressFor } from './unassigned-address.ts';

describe('unassigned address', () => {
  it('is private, valid and spread over attempts', () => {
    const slugs = Array.from({ length: 200 }, (_, index) => `udp-external-${index}`);
    for (const slug of slugs) {
      expect(isIPv4(addressFor(slug, 'ipv4')), slug).to.equal(true);
      expect(isIPv6(addressFor(slug, 'ipv6')), slug).to.equal(true);
    }
    expect(new Set(slugs.map((slug) => addressFor(slug, 'ipv4'))).size).to.be.above(190);
  });
});
