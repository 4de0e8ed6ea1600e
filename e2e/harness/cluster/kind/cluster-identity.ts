/**
 * Which of several clusters of one name: names are a configuration's, and come again. A cluster of ours is alone on a Docker
 * network whose name ends in a nonce; Docker writes that name on each node in the moment it makes it, so a journal can hold it
 * before anything is there, and no other cluster ever matches it.
 */
import { randomBytes } from 'node:crypto';

export interface ClusterIdentity {
  readonly name: string;
  /** `<name>_<12 hex digits>`; kind allows no `_` in a cluster's name. */
  readonly network: string;
}

export function newIdentity(name: string): ClusterIdentity {
  return { name, network: `${name}_${randomBytes(6).toString('hex')}` };
}

/** Undefined for a network that is none of ours. */
export function identityOf(network: string): ClusterIdentity | undefined {
  const name = /^([a-z0-9.-]+)_[0-9a-f]{12}$/.exec(network)?.[1];
  return name === undefined ? undefined : { name, network };
}

/** Environment of `kind create cluster` and of every docker command that it starts. */
export function creationEnvironment({ network }: ClusterIdentity): Readonly<Record<string, string>> {
  return { KIND_EXPERIMENTAL_DOCKER_NETWORK: network, KIND_EXPERIMENTAL_PROVIDER: 'docker' };
}
