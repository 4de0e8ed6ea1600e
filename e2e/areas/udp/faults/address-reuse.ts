/** The address of a server that went is given to a pod that has nothing to do with the Service. */
import { offerAddress } from '../../../harness/cluster/pod-address.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import type { ServiceStage } from '../stage/service-stage.ts';
import type { StagePod } from '../stage/stage-options.ts';

const TRIES = 4;

/**
 * Starts a server that is in no Service and has the address of `former`, whose pod was deleted. Proven, else the spec is
 * inconclusive: that another pod was faster says nothing about the subject.
 */
export async function giveAddressAway(t: SpecContext, stage: ServiceStage, former: StagePod): Promise<StagePod> {
  const wanted = stage.ip(former);
  let heir: StagePod | undefined;
  for (let attempt = 1; heir === undefined && attempt <= TRIES; attempt += 1) {
    await offerAddress(former.node, wanted, t.signal);
    // One that was given another address does no harm: it stays until the stage goes.
    const candidate = await stage.addServer(`stranger-${attempt}`, { node: former.node, member: false });
    if (stage.ip(candidate) === wanted) heir = candidate;
  }
  return t.evidence.require({
    name: `another pod has the address ${wanted}`,
    lane: former.name,
    prove: () =>
      Promise.resolve(
        heir === undefined
          ? { proven: false, reason: `it was given to none of ${TRIES} pods on ${former.node.name}` }
          : { proven: true, value: heir, summary: `${heir.name} has ${wanted} now` },
      ),
  });
}
