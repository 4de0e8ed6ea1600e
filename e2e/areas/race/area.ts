/** A network policy agent does not cut live flows when it cleans its conntrack map. */
import type { Area } from '../../harness/area/area.ts';
import { MANAGE, rights } from '../../harness/cluster/rights.ts';
import { ci } from './ci.ts';
import { policyAgents } from './subjects/policy-agents.ts';

export const race: Area = {
  name: 'race',
  meaning: 'a network policy agent must not cut live flows when it cleans its conntrack map',
  tags: {
    ballast: 'the race is met by a long delete pass',
    held: 'the race is met by stopping the agent',
    natural: 'the race is met by chance, over many cycles',
  },
  kinds: [
    {
      kind: 'policy-agent',
      subjects: policyAgents,
      preferred: 'npa@1.4.3',
      // The agent of a cluster of somebody else's is the one that it runs.
      preferredThere: 'npa@installed',
      runsOn: 'cluster',
      built: true,
      quick: {
        spec: 'race/client-owned-flows-survive-cleanup',
        good: 'npa@1.4.3',
        bad: 'npa@1.4.1',
        args: ['--race-mode', 'held'],
      },
      locate: async (api, options, signal) =>
        (await import('./subjects/found-agent.ts')).locateAgent(api, options, signal),
      doctor: { what: 'policy agent', remedy: '--npa-pod-label, --npa-namespace name another' },
    },
  ],
  rights: [
    ...rights(['networkpolicies'], MANAGE, 'policies of the flows under test', 'networking.k8s.io'),
    ...rights(['clusterroles', 'clusterrolebindings'], MANAGE, 'rights of agents', 'rbac.authorization.k8s.io'),
    ...rights(['customresourcedefinitions'], MANAGE, 'kinds of agents', 'apiextensions.k8s.io'),
    ...rights(['policyendpoints'], MANAGE, 'policies as the agent reads them', 'networking.k8s.aws'),
  ],
  machine: {
    'BPF compiler': 'building the network policy agent',
    'kernel: conntrack': "the agent's map beside the node's own table",
    'kernel: bpf': 'the network policy agent',
    'kernel: btf': 'the network policy agent',
  },
  running: { configs: [], find: async () => (await import('./subjects/running-agents.ts')).runningAgents },
  options: async () => (await import('./options.ts')).raceOptions,
  page: 'race.md',
  mutation: {
    decides: ['evidence/race-account', 'evidence/race-flow-set', 'judge/race-judgement'],
    elsewhere: {
      'evidence/{npa-*,race-driver,race-premises,race-replies}.ts':
        'read from nodes and pods: without a cluster most of it does not run; the kill matrix runs it',
    },
  },
  ci,
};
