/** The areas, one line each. Their order is that of lists and runs. */
import { Areas } from '../harness/area/areas.ts';

export const areas = new Areas([
  (await import('./udp/area.ts')).udp,
  (await import('./race/area.ts')).race,
  (await import('./watch/area.ts')).watch,
  (await import('./capture/area.ts')).capture,
  (await import('./hostport/area.ts')).hostport,
]);
