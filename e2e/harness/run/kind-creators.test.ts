import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isCreator } from './kind-creators.ts';

describe('who makes a kind cluster', () => {
  const kind = ['/x/kind-0.33.0', 'create', 'cluster', '--name', 'staleproof-a', '--retain'];
  const node = [
    'docker',
    'run',
    '--name',
    'staleproof-a-worker',
    '--label',
    'io.x-k8s.kind.cluster=staleproof-a',
    'image',
  ];

  it('is kind and the docker commands of its nodes', () => {
    expect([kind, node].map((argv) => isCreator(argv, 'staleproof-a'))).to.deep.equal([true, true]);
  });

  it('is nobody else: another cluster, a listing, a deletion', () => {
    const others = [kind, node].map((argv) => isCreator(argv, 'staleproof-a-2'));
    const list = ['docker', 'ps', '--filter', 'label=io.x-k8s.kind.cluster=staleproof-a'];
    const remove = ['kind', 'delete', 'cluster', '--name', 'staleproof-a'];
    expect([...others, isCreator(list, 'staleproof-a'), isCreator(remove, 'staleproof-a')]).to.deep.equal([
      false,
      false,
      false,
      false,
    ]);
  });
});
