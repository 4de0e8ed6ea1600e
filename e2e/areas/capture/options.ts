/** Options of the area, read by these names through `env.options`. */
import { fields, type ValuesOf } from '../../harness/run/options/field.ts';

const { text } = fields('Areas');

export const captureOptions = {
  captureImage: text(
    'image with sh, nsenter and tcpdump, for the subject stand-in-kubectl-plugin (default: the suite’s own)',
    'IMAGE',
  ),
};

declare module '../../harness/run/options/schema.ts' {
  interface AreaOptions extends ValuesOf<typeof captureOptions> {}
}
