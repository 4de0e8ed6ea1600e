/** Options of the area, read by these names through `env.options`. */
import { fields, type ValuesOf } from '../../harness/run/options/field.ts';

const { text } = fields('Areas');

export const dnsOptions = {
  dnsZone: text('zone of the names that are asked for', 'ZONE'),
};

declare module '../../harness/run/options/schema.ts' {
  interface AreaOptions extends ValuesOf<typeof dnsOptions> {}
}
