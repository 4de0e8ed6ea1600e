/** The environment of a run without a cluster. */
import type { Environment } from '../harness/run/environment.ts';
import type { Options } from '../harness/run/options/schema.ts';
import type { RunEnvironment } from '../harness/run/run-environment.ts';
import { InfrastructureError } from '../harness/run/verdict-errors.ts';

/** For specs that judge nothing in a cluster. */
export function emptyEnvironment(options: Options): RunEnvironment {
  const none = (): never => {
    throw new InfrastructureError('this run has no cluster: no selected spec declared that it needs one');
  };
  const env: Environment = {
    get cluster() {
      return none();
    },
    subject: (kind) => {
      throw new InfrastructureError(`no ${kind} was chosen for this run`);
    },
    subjects: () => [],
    options,
    slowFactor: options.slowFactor ?? 1,
    fixturesImage: options.fixturesImage ?? '',
  };
  return {
    env,
    facts: { provider: 'none' },
    subjects: [],
    family: options.ipFamily ?? 'ipv4',
    defaultJobs: 20,
    skipReason: () => undefined,
    collectors: () => [],
    close: () => Promise.resolve(),
  };
}
