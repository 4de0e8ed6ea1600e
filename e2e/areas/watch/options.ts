/** Options of the area, read by these names through `env.options`. */
import { fields, type ValuesOf } from '../../harness/run/options/field.ts';

const { duration, flag, text } = fields('Areas');

export const watchOptions = {
  watchRestartApiserver: flag(
    'let the watch area restart the API server of a kind cluster, which disturbs other specs',
  ),
  watchIdleTimeout: duration('idle timeout of the emulated load balancers (45s)'),
  watchProfiles: text('YAML list of balancers of your own (docs/how-to-add-a-profile.md)', 'FILE'),
  watchClientImage: text('image of an API client of your own, for the subject client-image (docs/watch.md)', 'IMAGE'),
};

declare module '../../harness/run/options/schema.ts' {
  interface AreaOptions extends ValuesOf<typeof watchOptions> {}
}
