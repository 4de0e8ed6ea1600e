/** The reproducer's own options and its config file. Pure but for reading that file. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { durationMs } from '../../../harness/run/options/field.ts';
import type { OptionInfo } from '../../../harness/run/options/schema.ts';
import { closest } from '../../../harness/run/options/closest.ts';
import { readConfig } from '../../../harness/run/options/config-file.ts';
import { UsageError } from '../../../harness/run/usage-error.ts';

export const raceUsage = `usage: npm run race -- [-i N] [-c FILE] [-v] [--mode ballast|held|natural] [--provider existing|kind]
       [--context NAME] [--kubeconfig FILE] [--insecure-http] [--subject NAME] [--fixtures-image IMAGE]
Looks for live flows that the network policy agent of a cluster cuts while it cleans its conntrack map.
  -i  iterations, one cleanup cycle each (1; natural: 10)
  -c  YAML with npa_namespace, npa_pod_label, kernel_timeout, cleanup_period, and any option of npm run e2e
      (test_config.yaml when that file exists)
  -v  steps as they happen
With --provider existing (the default) the installed agent is judged; with kind a cluster and npa@1.4.1, or --subject, are made.
kernel_timeout sets nf_conntrack_tcp_timeout_established on every node by conntrack-tuner.yaml and takes it back afterwards.
Ends with 0: no flow was cut, 1: race detected, 2: nothing can be concluded, 64: usage.`;

const specs = {
  ballast: 'race/client-owned-flows-survive-cleanup',
  held: 'race/client-owned-flows-survive-cleanup',
  natural: 'race/natural-race-cuts-nothing',
};

const flags = {
  iterations: { type: 'string', short: 'i' },
  config: { type: 'string', short: 'c' },
  verbose: { type: 'boolean', short: 'v', default: false },
  mode: { type: 'string' },
  provider: { type: 'string' },
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  'insecure-http': { type: 'boolean' },
  subject: { type: 'string' },
  'fixtures-image': { type: 'string' },
} as const;

export interface RaceOptions {
  readonly mode: 'ballast' | 'held' | 'natural';
  readonly provider: 'existing' | 'kind';
  readonly iterations: number;
  readonly verbose: boolean;
  readonly config: string | undefined;
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly insecureHttp: boolean;
  readonly subject: string;
  readonly fixturesImage: string | undefined;
  readonly npaNamespace: string;
  readonly npaPodLabel: string;
  readonly kernelTimeoutMs: number | undefined;
  readonly cleanupPeriodMs: number | undefined;
}

/** Throws UsageError, also for a cleanup period that leaves the kernel no time to forget. */
export async function readRaceOptions(
  argv: readonly string[],
  infos: readonly OptionInfo[],
  cwdConfig = 'test_config.yaml',
): Promise<RaceOptions> {
  const values = parse(argv);
  const config = values.config ?? (existsSync(cwdConfig) ? cwdConfig : undefined);
  if (values.config !== undefined && !existsSync(values.config))
    throw new UsageError(`-c ${values.config}: no such file`);
  const file: Awaited<ReturnType<typeof readConfig>> =
    config === undefined ? {} : await readConfig(readFileSync(config, 'utf8'), config, infos);
  const given = (name: string): string | undefined => {
    const value = file[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const mode = choice('--mode', values.mode ?? given('raceMode') ?? 'ballast', ['ballast', 'held', 'natural'] as const);
  const provider = choice('--provider', values.provider ?? given('provider') ?? 'existing', [
    'existing',
    'kind',
  ] as const);
  if (mode === 'held' && provider === 'existing')
    throw new UsageError('--mode held stops the agent for seconds: only with --provider kind');
  const kernelTimeoutMs = duration(config, 'kernel_timeout', given('kernelTimeout'));
  const cleanupPeriodMs = duration(config, 'cleanup_period', given('cleanupPeriod'));
  checkPeriods(config ?? 'config', kernelTimeoutMs, cleanupPeriodMs ?? (provider === 'kind' ? undefined : 300_000));
  const iterations = values.iterations ?? given('iterations') ?? (mode === 'natural' ? '10' : '1');
  if (!/^[1-9]\d{0,4}$/.test(iterations)) throw new UsageError(`-i ${iterations}: a whole number from 1 to 99999`);
  return {
    mode,
    provider,
    iterations: Number(iterations),
    verbose: values.verbose,
    // The run is started in another folder.
    config: config === undefined ? undefined : resolve(config),
    context: values.context ?? given('context'),
    kubeconfig: absolute(values.kubeconfig ?? given('kubeconfig')),
    insecureHttp: values['insecure-http'] ?? given('insecureHttp') === 'true',
    subject: values.subject ?? given('subject') ?? (provider === 'kind' ? 'npa@1.4.1' : 'npa@installed'),
    fixturesImage: values['fixtures-image'] ?? given('fixturesImage'),
    npaNamespace: given('npaNamespace') ?? 'kube-system',
    npaPodLabel: given('npaPodLabel') ?? (provider === 'kind' ? 'app=network-policy-agent' : 'k8s-app=aws-node'),
    kernelTimeoutMs,
    cleanupPeriodMs,
  };
}

/**
 * Command line of the run that looks for the race. What it would refuse is refused before a node is tuned: see `parseOptions`.
 *
 * @param reports folder for that run's reports
 */
export function runArguments(options: RaceOptions, reports: string): readonly string[] {
  const given = (flag: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [flag, value];
  return [
    ...['--grep', specs[options.mode], '--subject', options.subject, '--provider', options.provider],
    ...['--iterations', String(options.iterations), '--race-mode', options.mode, '--reports-folder', reports],
    ...['--npa-namespace', options.npaNamespace, '--npa-pod-label', options.npaPodLabel],
    ...given('--config', options.config),
    ...given('--context', options.context),
    ...given('--kubeconfig', options.kubeconfig),
    ...(options.insecureHttp ? ['--insecure-http'] : []),
    ...given('--fixtures-image', options.fixturesImage),
    ...(options.verbose ? ['--verbose'] : []),
  ];
}

/** An entry has to be gone from the kernel before the agent looks, or there is nothing to clean. */
export function checkPeriods(file: string, kernelMs: number | undefined, cleanupMs: number | undefined): void {
  if (kernelMs === undefined || cleanupMs === undefined || cleanupMs > kernelMs) return;
  throw new UsageError(
    `${file}: cleanup_period (${cleanupMs / 1000} s) must exceed kernel_timeout (${kernelMs / 1000} s): otherwise no entry has left the kernel's table when the agent compares`,
  );
}

function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: flags }).values;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const unknown = /^Unknown option '--?([^']*)'/.exec(text)?.[1];
    if (unknown === undefined) throw new UsageError(text);
    const near = closest(unknown, Object.keys(flags));
    throw new UsageError(`option --${unknown} is unknown${near === undefined ? '' : ` (did you mean --${near}?)`}`);
  }
}

function choice<const T extends readonly string[]>(flag: string, value: string, allowed: T): T[number] {
  if (!allowed.includes(value)) throw new UsageError(`${flag} ${value}: allowed are ${allowed.join(', ')}`);
  return value;
}

function duration(file: string | undefined, key: string, raw: string | undefined): number | undefined {
  if (raw === undefined || raw === '0') return undefined;
  const ms = durationMs(raw);
  if (ms === undefined)
    throw new UsageError(`${file ?? 'config'}: ${key}: expected seconds or a duration like 30s or 1m30s, got ${raw}`);
  return ms;
}
