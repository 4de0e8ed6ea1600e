import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ClusterNode, ExecResult, KubeApi } from '../../../harness/cluster/cluster.ts';
import { NpaAgent } from './npa-agent.ts';

const signal = new AbortController().signal;
const printed =
  'Conntrack Key : Source IP - 10.0.0.1 Source port - 7 Dest IP - 10.0.0.2 Dest port - 8 Protocol - 6 Owner IP - 10.0.0.1 Ifindex - 3';
const bytes = [10, 0, 0, 1, 7, 0, 0, 0, 10, 0, 0, 2, 8, 0, 6, 0, 10, 0, 0, 1, 3, 0, 0, 0];
const dumped = JSON.stringify([{ key: bytes.map(String) }]);
const loaded = '/tool\nMap Name:  aws_conntrack_map\nMap ID:  12\n';

interface NodeAnswers {
  readonly args?: readonly string[];
  readonly files?: readonly string[];
  readonly container?: string;
  readonly tool?: string;
  readonly dump?: string;
}

function agentOf(answers: NodeAnswers): NpaAgent {
  const result = (code: number, stdout = ''): ExecResult => ({ code, stdout, stderr: '', durationMs: 1 });
  const node = {
    name: 'worker',
    exec: ([command, ...rest]: readonly string[]) => {
      if (command === 'bpftool')
        return Promise.resolve(answers.dump === undefined ? result(255) : result(0, answers.dump));
      return Promise.resolve(result(answers.files?.includes(rest.at(-1) ?? '') === true ? 0 : 1));
    },
    run: ([command, , script = '']: readonly string[]) => {
      if (command === '/tool') return Promise.resolve(answers.tool ?? '');
      return Promise.resolve(script.includes('/var/log/pods') ? (answers.container ?? '') : loaded);
    },
  };
  const volumeMounts = [{ name: 'log', mountPath: '/logs' }];
  const pod = {
    metadata: { name: 'aws-node-x' },
    spec: {
      containers: [{ name: 'aws-eks-nodeagent', args: answers.args ?? [], volumeMounts }],
      volumes: [{ name: 'log', hostPath: { path: '/srv' } }],
    },
  };
  const api = { list: () => Promise.resolve([pod]) };
  return new NpaAgent(api as unknown as KubeApi, node as unknown as ClusterNode, {});
}

describe('the agent of a node', () => {
  it('has its log where its flags say, where versions are known to write, or in its container’s own', async () => {
    const usual = '/var/log/aws-routed-eni/network-policy-agent.log';
    const named = agentOf({ args: ['--log-file=/logs/npa.log'], files: ['/srv/npa.log', usual] });
    expect(await named.logPath(signal)).to.equal('/srv/npa.log');
    expect(await agentOf({ files: [usual] }).logPath(signal)).to.equal(usual);
    const streams = { args: ['--log-file=stdout'], files: [usual], container: '/var/log/pods/a/0.log\n' };
    expect(await agentOf(streams).logPath(signal)).to.equal('/var/log/pods/a/0.log');
    const none = await agentOf({}).logPath(signal).catch(String);
    expect(none).to.contain('no log of the agent on worker').and.to.contain('/var/log/pods/kube-system_aws-node-x_');
  });

  it('has its map read by its own tool, and by bpftool where that prints nothing', async () => {
    const owners = async (answers: NodeAnswers): Promise<readonly string[]> =>
      (await agentOf(answers).mapKeys(signal)).map(({ owner, tuple }) => `${owner} ${tuple.sourcePort}`);
    expect(await owners({ tool: printed })).to.deep.equal(['10.0.0.1 7']);
    expect(await owners({ dump: dumped })).to.deep.equal(['10.0.0.1 7']);
    expect(await owners({})).to.deep.equal([]);
  });
});
