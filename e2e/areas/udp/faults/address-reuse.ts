/** The address of a server that went is given to a pod that has nothing to do with the Service. */
import { takeAddressOf } from '../../../harness/cluster/pod-address.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import type { ServiceStage } from '../stage/service-stage.ts';
import type { StagePod } from '../stage/stage-options.ts';

/** Starts a server that is in no Service and has the address of `former`, whose pod was deleted. */
export function giveAddressAway(t: SpecContext, stage: ServiceStage, former: StagePod): Promise<StagePod> {
  const { node, name: lane } = former;
  return takeAddressOf<StagePod>(
    t,
    { node, address: stage.ip(former), lane },
    {
      start: (attempt) => stage.addServer(`stranger-${attempt + 1}`, { node, member: false }),
      has: (heir, address) => stage.ip(heir) === address,
      told: ({ name }) => name,
    },
  );
}
