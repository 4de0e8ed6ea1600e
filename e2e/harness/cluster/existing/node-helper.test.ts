import { expect } from 'chai';
import { describe, it } from 'mocha';
import { withoutHelper } from './node-helper.ts';

const pod = (node: string, ready: 'True' | 'False', deletionTimestamp?: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `helper-${node}`, ...(deletionTimestamp !== undefined && { deletionTimestamp }) },
  spec: { nodeName: node },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready }] },
});

describe('helpers of nodes', () => {
  it('are waited for on the nodes of the run, each until it is Ready, and on no other', () => {
    expect(
      withoutHelper(['a', 'b', 'c', 'd'], [pod('a', 'True'), pod('b', 'False'), pod('c', 'True', 'now')]),
    ).to.deep.equal(['b', 'c', 'd']);
    expect(withoutHelper(['a'], [pod('a', 'True'), pod('down', 'False')])).to.deep.equal([]);
  });
});
