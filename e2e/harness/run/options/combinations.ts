/** Options that make no sense together, said before anything is created. */
import { UsageError } from '../usage-error.ts';
import { compilePattern } from '../pattern.ts';
import type { Options } from './schema.ts';

export function checkCombinations(options: Options): void {
  const rule = (broken: boolean, text: string) => {
    if (broken) throw new UsageError(text);
  };
  const existing = options.provider === 'existing';
  for (const name of ['context', 'kubeconfig', 'imagesFrom'] as const)
    rule(options[name] !== undefined && !existing, `--${name.replace('F', '-f')} belongs to --provider existing`);
  rule(options.insecureHttp === true && !existing, '--insecure-http belongs to --provider existing');
  rule(
    existing && options.nodeImage !== undefined,
    '--node-image belongs to --provider kind: an existing cluster has its nodes',
  );
  rule(
    existing && options.workers !== undefined,
    '--workers belongs to --provider kind: an existing cluster has its nodes',
  );
  rule(
    existing && options.clusterName !== undefined,
    '--cluster-name belongs to --provider kind: an existing cluster has its name',
  );
  rule(
    // kind appends -control-plane, and the name of a node has at most 63 characters.
    options.clusterName !== undefined && !/^staleproof-[a-z0-9]([a-z0-9-]{0,36}[a-z0-9])?$/.test(options.clusterName),
    `--cluster-name ${options.clusterName ?? ''}: expected staleproof- and up to 38 of a-z, 0-9 and -`,
  );
  rule(existing && options.reuse === true, '--reuse belongs to --provider kind: an existing cluster is always reused');
  rule(
    options.untilItFails === true && options.repeat !== undefined,
    '--until-it-fails and --repeat exclude each other: one repeats without end, the other N times',
  );
  rule(
    options.failOnFlaky === true && (options.flakeAttempts ?? 1) < 2,
    '--fail-on-flaky needs --flake-attempts 2 or more: with one attempt nothing can be flaky',
  );
  const [part, of] = (options.shard ?? '1/1').split('/').map(Number);
  rule((part ?? 1) > (of ?? 1), `--shard ${options.shard ?? ''}: the part must not exceed the number of parts`);
  rule(
    options.shard !== undefined && options.seed === 'random',
    '--seed random with --shard: each shard would draw an order of its own, and specs would be missing; give all the same number',
  );
  for (const name of options.reporter ?? [])
    rule(!['ctrf', 'none'].includes(name), `--reporter ${name} is unknown; allowed: ctrf none`);
  for (const [flag, patterns] of [
    ['--grep', options.grep === undefined ? [] : [options.grep]],
    ['--focus', options.focus ?? []],
    ['--skip', options.skip ?? []],
  ] as const)
    for (const pattern of patterns) compilePattern(flag, pattern);
}
