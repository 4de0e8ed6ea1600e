/** Fills the conntrack table of a node with short UDP flows to the Service, as resolvers fill it. */
import { conntrackListArgv, parseConntrackTable } from '../../../harness/conntrack/conntrack-table.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { kernelForgets } from '../../../harness/conntrack/kernel-forgets.ts';
import { SERVICE_PORT, type ServiceStage } from '../stage/service-stage.ts';
import type { StagePod } from '../stage/stage-options.ts';

/** Returns how many rows towards the Service stand in the table. Ends the spec as inconclusive when fewer than asked for. */
export async function floodTable(t: SpecContext, stage: ServiceStage, rows: number): Promise<number> {
  const node = stage.clientNode;
  // The proxy may still delete them row by row; until all are gone their events would drown those of the specs that follow.
  let flooders: readonly StagePod[] = [];
  t.defer(`remove the flood's rows from ${node.name}`, async (signal) => {
    for (const flooder of flooders) await kernelForgets(node, stage.family, 'udp', stage.ip(flooder), signal);
  });
  const perPod = 30_000;
  const pods = Math.ceil(rows / perPod);
  const command = ['node', '/app/udp-flood.mjs', `--host=${stage.clusterIP}`, `--port=${SERVICE_PORT}`];
  flooders = await Promise.all(
    Array.from({ length: pods }, (_, index) =>
      stage.startPod({
        name: `flooder-${index + 1}`,
        node: stage.clientNode,
        command: [...command, `--count=${Math.min(perPod, rows)}`],
      }),
    ),
  );
  for (const flooder of flooders) await stage.printed(flooder, 'flooded', 60_000);
  const argv = conntrackListArgv(stage.family, { protocol: 'udp', dst: stage.clusterIP });
  const text = await stage.clientNode.run(argv, { timeoutMs: 60_000, signal: t.signal });
  const { entries, rejected } = parseConntrackTable(text);
  if (rejected.length > 0 || entries.length < rows * 0.95)
    t.inconclusive(
      `the table of ${stage.clientNode.name} holds ${entries.length} rows of the Service, expected ${rows}`,
    );
  t.evidence.record({
    kind: 'fault',
    lane: stage.clientNode.name,
    summary: `${entries.length} short flows to ${stage.clusterIP} stand in the table`,
  });
  return entries.length;
}
