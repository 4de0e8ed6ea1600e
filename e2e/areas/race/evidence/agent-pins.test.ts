import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ingressPin } from './agent-pins.ts';

describe('the place where an agent pins a program', () => {
  const pin = (name: string) => ingressPin({ name, ref: { namespace: 'shop', name } });

  it('is that of the workload: the name without what stands after its last dash', () => {
    expect(pin('caller-a1-b2')).to.equal('/sys/fs/bpf/globals/aws/programs/caller-a1@shop_handle_ingress');
    expect(pin('caller')).to.equal('/sys/fs/bpf/globals/aws/programs/caller@shop_handle_ingress');
  });

  it('has no dots, which the BPF file system refuses', () => {
    expect(pin('a.b-c')).to.equal('/sys/fs/bpf/globals/aws/programs/a_b@shop_handle_ingress');
  });
});
