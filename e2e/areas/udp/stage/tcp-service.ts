/** A Service without UDP ports and endpoints: something that a proxy has to write rules for, and no reason to clean up. */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { ServiceStage } from './service-stage.ts';

export async function addTcpService(t: SpecContext, stage: ServiceStage, name: string): Promise<void> {
  await t.env.cluster.api.apply(
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: stage.namespace },
      spec: {
        ports: [{ name: 'tcp', protocol: 'TCP', port: 80 }],
        ipFamilies: [stage.family === 'ipv4' ? 'IPv4' : 'IPv6'],
        ipFamilyPolicy: 'SingleStack',
      },
    } as never,
    t.signal,
  );
}
