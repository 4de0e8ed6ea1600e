import { expect } from 'chai';
import { describe, it } from 'mocha';
import { UndoStack } from './undo-stack.ts';

describe('the undo stack of a run', () => {
  it('gives each its turn, last in first out, whatever the others do, and tells all errors', async () => {
    const undone: string[] = [];
    const undo = new UndoStack();
    undo.push(async () => undone.push('first'));
    undo.push(() => {
      throw new Error('thrown before it waited');
    });
    undo.push(async () => Promise.reject(new Error('iptables rule still there')));
    undo.push(async () => undone.push('last'));
    const error: unknown = await undo.run(new AbortController().signal).catch((reason: unknown) => reason);
    expect(undone).to.deep.equal(['last', 'first']);
    expect((error as Error).message).to.equal('iptables rule still there; thrown before it waited');
    expect((error as Error).name).to.equal('InfrastructureError');
  });
});
