import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { EndpointSliceObject } from '../stage/service-objects.ts';
import { readyAddresses } from './endpoint-premises.ts';

function slice(addressType: string, endpoints: EndpointSliceObject['endpoints']): EndpointSliceObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'svc-1' },
    addressType,
    ...(endpoints === undefined ? {} : { endpoints }),
  };
}

describe('ready endpoints', () => {
  it('are those of one family, ready and not terminating, over all slices', () => {
    const slices = [
      slice('IPv4', [{ addresses: ['10.0.0.2'], conditions: { ready: true } }]),
      slice('IPv4', [
        { addresses: ['10.0.0.1'], conditions: {} },
        { addresses: ['10.0.0.3'], conditions: { ready: false, serving: true, terminating: true } },
      ]),
      slice('IPv6', [{ addresses: ['fd00::1'], conditions: { ready: true } }]),
      slice('IPv4', undefined),
    ];
    expect(readyAddresses(slices, 'ipv4')).to.deep.equal(['10.0.0.1', '10.0.0.2']);
    expect(readyAddresses(slices, 'ipv6')).to.deep.equal(['fd00::1']);
  });
});
