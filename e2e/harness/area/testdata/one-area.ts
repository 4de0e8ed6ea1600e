/** For tests of the engine: a suite of one area. */
import type { Area } from '../area.ts';
import { Areas } from '../areas.ts';

const area: Area = {
  name: 'udp',
  meaning: 'datagrams',
  tags: { nodeport: 'by a port of every node' },
  kinds: [],
  options: async () => {
    const { fields } = await import('../../run/options/field.ts');
    const { count, duration, text } = fields('Areas');
    return {
      agentNamespace: text('where the agent is', 'NAMESPACE'),
      agentLabel: text('its label', 'SELECTOR'),
      kernelTimeout: duration('how long the kernel remembers'),
      cleanupPeriod: duration('how often the agent forgets'),
      flows: count('flows', { max: 10 }),
    };
  },
  page: 'udp.md',
  ci: { lanes: [], nightly: [], anywhere: { args: [] } },
};

export const oneArea = new Areas([area]);
