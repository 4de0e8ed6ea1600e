/** Options of the area, read by these names through `env.options`. */
import { fields, type ValuesOf } from '../../harness/run/options/field.ts';

const { text } = fields('Areas');

export const udpOptions = {
  kpngImage: text('image of kpng', 'IMAGE'),
};

declare module '../../harness/run/options/schema.ts' {
  interface AreaOptions extends ValuesOf<typeof udpOptions> {}
}
