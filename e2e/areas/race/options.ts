/** Options of the area, read by these names through `env.options`. */
import { fields, type ValuesOf } from '../../harness/run/options/field.ts';

const { choice, count, duration, text } = fields('Areas');

export const raceOptions = {
  raceMode: choice('how the race is met (ballast)', ['ballast', 'held', 'natural']),
  raceFlows: count('flows that a race opens again and judges (2000); more than 20,000 with UDP only', { max: 60_032 }),
  npaImage: text('image of the network policy agent', 'IMAGE'),
  npaControllerImage: text('image of amazon-network-policy-controller; policies are then NetworkPolicies', 'IMAGE'),
  npaNamespace: text('namespace of an installed agent (kube-system)', 'NAMESPACE'),
  npaPodLabel: text('label selector of an installed agent', 'SELECTOR'),
  cleanupPeriod: duration("the agent's clean-up period"),
  kernelTimeout: duration('nf_conntrack_tcp_timeout_established during the race'),
};

declare module '../../harness/run/options/schema.ts' {
  interface AreaOptions extends ValuesOf<typeof raceOptions> {}
}
