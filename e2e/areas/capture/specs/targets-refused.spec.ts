import { judgePhase } from '../judge/capture-claims.ts';
import { judgeProcesses } from '../judge/capture-ending.ts';
import { SHARES_AGENTS } from '../stage/capture-locks.ts';
import { agentPodOn } from '../faults/agent-absence.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { noFile } from '../judge/capture-judgements.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/host-network-refused',
    title: 'A pod in its node’s network is refused as a target',
    claim:
      'A capture of a hostNetwork pod MUST be refused with a reason, because its packets cannot be told from its node’s.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: ['reasons'] },
    locks: SHARES_AGENTS,
    timeout: 120_000,
    judges: 'packet-capture',
    refs: [{ title: 'retina: a hostNetwork pod means the whole node', url: 'https://github.com/microsoft/retina' }],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    await stage.capture();
    const target = await t.step('start a hostNetwork pod', () => stage.create({ hostNetwork: true }));
    await t.step('prove that it runs', () => stage.runs(target));
    const view = await t.step('judge the refusal', () => judgePhase(stage, 'Refused', 'HostNetwork'));
    t.judge(noFile, {
      outcome: view.files.length === 0 ? 'none' : 'file-there',
      facts: { because: 'refused' },
      subject: stage.subject.name,
      expected: 'no file of a refused target',
      observed: `${view.files.length} files`,
    });
    await judgeProcesses(stage, view, 0);
  },
);

spec(
  {
    id: 'capture/agent-refused',
    title: 'A capture agent is refused as a target',
    claim:
      'A capture of a capture agent MUST be refused with a reason: what it says about a capture would be in the capture.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: ['reasons', 'own-agents'] },
    locks: SHARES_AGENTS,
    timeout: 120_000,
    judges: 'packet-capture',
    refs: [
      {
        title: 'antrea discussion 7743: the agent captures itself',
        url: 'https://github.com/antrea-io/antrea/discussions/7743',
      },
    ],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const { namespace, name: podName } = await t.step('find an agent', () => agentPodOn(stage, stage.node));
    const request = await stage.capture({ namespace, podName, name: t.slug });
    const view = await t.step('judge the refusal', () => judgePhase(stage, 'Refused', 'CaptureAgent', { request }));
    t.judge(noFile, {
      outcome: view.files.length === 0 ? 'none' : 'file-there',
      facts: { because: 'refused' },
      subject: stage.subject.name,
      expected: 'no file of a refused target',
      observed: `${view.files.length} files`,
    });
    await judgeProcesses(stage, view, 0, request);
  },
);
