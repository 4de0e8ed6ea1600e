import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isCreator } from './creators.ts';

describe('who makes a kind cluster', () => {
  const env = ['HOME=/root', 'KIND_EXPERIMENTAL_DOCKER_NETWORK=staleproof-a_0123456789ab'];
  const kind = ['/x/kind-0.33.0', 'create', 'cluster', '--name', 'staleproof-a', '--retain'];
  const node = ['docker', 'run', '--name', 'staleproof-a-worker', '--net', 'staleproof-a_0123456789ab', 'image'];

  it('is kind and the docker commands of its nodes', () => {
    const both = [kind, node].map((argv) => isCreator({ argv, env }, 'staleproof-a_0123456789ab'));
    expect(both).to.deep.equal([true, true]);
  });

  it('is nobody else: another cluster of the same name, a listing, a deletion', () => {
    const others = [kind, node].map((argv) => isCreator({ argv, env }, 'staleproof-a_ba9876543210'));
    const list = ['docker', 'ps', '--filter', 'label=io.x-k8s.kind.cluster=staleproof-a'];
    const remove = ['kind', 'delete', 'cluster', '--name', 'staleproof-a'];
    const idle = [list, remove].map((argv) => isCreator({ argv, env }, 'staleproof-a_0123456789ab'));
    expect([...others, ...idle]).to.deep.equal([false, false, false, false]);
  });
});
