/** What keeps an agent of a foreign cluster from giving evidence, told before the run: one line each, with the command that changes it. Pure. */
import type { AgentPod } from './npa-settings.ts';

interface Where {
  readonly namespace: string;
  /** Of the DaemonSet. */
  readonly owner: string;
  readonly container: string;
}

/** Both are off by default upstream; without the second nothing of a denial is told. */
const needed = {
  'enable-network-policy': 'it enforces no policy, so there is nothing to judge',
  'enable-policy-event-logs': 'its log tells of no denial',
} as const;

export function lackingEvidence(pod: AgentPod, { namespace, owner, container }: Where): readonly string[] {
  const containers = pod.spec?.containers ?? [];
  const index = containers.findIndex(({ name }) => name === container);
  if (index < 0)
    return [
      `${owner} in ${namespace} has no container ${container}, it has ${containers.map(({ name }) => name).join(', ') || 'none'}: no network policy agent runs there (--npa-pod-label names another)`,
    ];
  const args = containers[index]?.args;
  return Object.entries(needed).flatMap(([name, cost]) => {
    const given = switchIn(args ?? [], name);
    if (given?.isOn === true) return [];
    const path = `/spec/template/spec/containers/${index}/args`;
    const value = `--${name}=true`;
    const change =
      args === undefined
        ? { op: 'add', path, value: Object.keys(needed).map((flag) => `--${flag}=true`) }
        : given === undefined
          ? { op: 'add', path: `${path}/-`, value }
          : { op: 'replace', path: `${path}/${given.at}`, value };
    const patch = `kubectl -n ${namespace} patch daemonset ${owner} --type=json -p '${JSON.stringify([change])}'`;
    return [`${owner} in ${namespace} runs with ${given?.word ?? `no --${name}`}: ${cost}; ${patch}`];
  });
}

interface Switch {
  readonly isOn: boolean;
  readonly at: number;
  readonly word: string;
}

/** The last of a boolean flag, as pflag reads it: without `=` it is on and takes no word after it. */
function switchIn(args: readonly string[], name: string): Switch | undefined {
  const at = args.findLastIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  const word = args[at];
  if (word === undefined) return undefined;
  const isOn = word === `--${name}` || /^(1|t|T|true|TRUE|True)$/.test(word.slice(name.length + 3));
  return { isOn, at, word };
}
