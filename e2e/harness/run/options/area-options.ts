/** Options that one area or one subject reads through `env.options`, by these names. */
import { fields } from './field.ts';

const { flag, text, count, choice, duration } = fields('Areas');

export const areaOptions = {
  iterations: count('iterations of specs that iterate', { max: 100_000 }, { short: 'n' }),
  raceMode: choice('how the race is met (ballast)', ['ballast', 'held', 'natural']),
  raceFlows: count('flows that a race opens again and judges (2000); more than 20,000 with UDP only', { max: 60_032 }),
  npaImage: text('image of the network policy agent', 'IMAGE'),
  npaControllerImage: text('image of amazon-network-policy-controller; policies are then NetworkPolicies', 'IMAGE'),
  npaNamespace: text('namespace of an installed agent (kube-system)', 'NAMESPACE'),
  npaPodLabel: text('label selector of an installed agent', 'SELECTOR'),
  cleanupPeriod: duration("the agent's clean-up period"),
  kernelTimeout: duration('nf_conntrack_tcp_timeout_established during the race'),
  watchRestartApiserver: flag(
    'let the watch area restart the API server of a kind cluster, which disturbs other specs',
  ),
  watchIdleTimeout: duration('idle timeout of the emulated load balancers (45s)'),
  watchProfiles: text('YAML list of balancers of your own (docs/how-to-add-a-profile.md)', 'FILE'),
  watchClientImage: text('image of an API client of your own, for the subject client-image (docs/watch.md)', 'IMAGE'),
  kpngImage: text('image of kpng', 'IMAGE'),
  captureImage: text(
    'image with sh, nsenter and tcpdump, for the subject stand-in-kubectl-plugin (default: the suite’s own)',
    'IMAGE',
  ),
};
