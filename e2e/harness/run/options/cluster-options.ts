/** Where specs run and what they judge. */
import { fields } from './field.ts';

const { flag, list, count, text, choice } = fields('Cluster and subjects');

export const clusterOptions = {
  ipFamily: choice('IP family of the cluster (ipv4)', ['ipv4', 'ipv6', 'dual'], { short: 'i' }),
  backend: text('service proxy that is judged, the same as --subject NAME; see --list-subjects', 'NAME', {
    short: 'b',
  }),
  subject: list('what is judged: <name>[@version][+variant]; see --list-subjects', 'NAME'),
  provider: choice('kind makes a cluster, existing takes one (kind)', ['kind', 'existing']),
  context: text('kubeconfig context of the existing cluster', 'NAME'),
  kubeconfig: text('kubeconfig file of the existing cluster', 'FILE'),
  insecureHttp: flag('let the login of a kubeconfig go over plain HTTP'),
  workers: count('worker nodes of a kind cluster (2)', { max: 9 }),
  keep: flag('leave the cluster running afterwards'),
  clusterName: text('name of the kind cluster, staleproof-… (default: one for each configuration)', 'NAME'),
  reuse: flag('take a running cluster of the same configuration'),
  nodeImage: text('kind node image (default: local, pulled or built)', 'IMAGE'),
  nodeImageSource: choice('where the node image comes from (auto)', ['auto', 'local', 'pull', 'build']),
  fixturesImage: text('image with the in-pod programs (default: built)', 'IMAGE'),
  imagesFrom: text('registry that an existing cluster can pull from', 'REGISTRY'),
};
