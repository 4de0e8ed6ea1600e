import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Cluster } from '../../../harness/cluster/cluster.ts';
import { fetchPodFile } from './capture-pod-file.ts';

type Answer = { readonly code: number; readonly stdout?: string; readonly stderr?: string } | Error;

function clusterOf(answers: Readonly<Record<string, Answer>>, pod: object | Error | 'gone' = {}): Cluster {
  const api = {
    exec: async (_ref: unknown, [program = '']: readonly string[]) => {
      const told = answers[program];
      if (told instanceof Error) throw told;
      return { stdout: '', stderr: '', ...told };
    },
    get: async () => {
      if (pod instanceof Error) throw pod;
      return pod === 'gone' ? undefined : pod;
    },
  };
  return { api } as unknown as Cluster;
}
const fetched = (cluster: Cluster): Promise<unknown> =>
  fetchPodFile(cluster, 'a/p:/f.pcap', 'c', new AbortController().signal).then(
    (bytes) => Buffer.from(bytes).toString(),
    (error: unknown) => (error as Error).name,
  );

describe('a capture file in a pod', () => {
  it('is its bytes', async () => {
    expect(await fetched(clusterOf({ base64: { code: 0, stdout: 'YWJj' } }))).to.equal('abc');
  });

  it('is gone when the pod has no such file, or is gone itself', async () => {
    expect(await fetched(clusterOf({ base64: { code: 1 }, test: { code: 1 } }))).to.equal('CaptureFileGone');
    expect(await fetched(clusterOf({ base64: new Error('no such pod') }, 'gone'))).to.equal('CaptureFileGone');
  });

  it('is not gone because it cannot be fetched', async () => {
    expect(await fetched(clusterOf({ base64: { code: 127 }, test: { code: 127 } }))).to.equal('Error');
    expect(await fetched(clusterOf({ base64: { code: 1 }, test: { code: 0 } }))).to.equal('Error');
    expect(await fetched(clusterOf({ base64: new Error('connection reset') }))).to.equal('Error');
    expect(await fetched(clusterOf({ base64: new Error('x') }, new TypeError('the API is away')))).to.equal(
      'TypeError',
    );
  });
});
