/**
 * Kills the port mapper in the middle of taking a pod's port down: right after its rules are gone, before it can do anything else.
 * The plugin itself is not touched. It looks for iptables and nft on PATH, where for this spec a script stands before them; that
 * runs the real program and, behind the one call that removes rules, kills who called it. Once: the next try is left alone.
 */
import { changeFile } from '../../../harness/cluster/node-file.ts';
import type { Premise, SpecContext } from '../../../harness/run/context.ts';
import type { HostPortStage } from '../stage/host-port-stage.ts';

/** First on the PATH of the container runtime, and empty on nodes. */
const PLACE = '/usr/local/sbin';

/** The call by which each program removes the rules of one pod, as a pattern of the shell over ` arg arg `. */
const removals = {
  iptables: '*" -X CNI-DN-"*',
  ip6tables: '*" -X CNI-DN-"*',
  // All of its changes go through standard input; a check changes nothing.
  nft: '*" --check "*) exit $code ;; *" -f "*',
} as const;

export function shim(program: keyof typeof removals, namespace: string, mark: string): string {
  return [
    '#!/bin/sh',
    `real=/usr/sbin/${program}`,
    `case "$CNI_COMMAND $CNI_ARGS" in "DEL "*"K8S_POD_NAMESPACE=${namespace};"*) ;; *) exec "$real" "$@" ;; esac`,
    '"$real" "$@"; code=$?',
    `case " $* " in ${removals[program]}) [ $code = 0 ] && mkdir ${mark} 2>/dev/null && kill -9 $PPID ;; esac`,
    'exit $code',
    '',
  ].join('\n');
}

/** Sets the trap for pods of the stage's namespace. The premise proves that it was sprung. */
export async function killWhileDeleting(t: SpecContext, stage: HostPortStage): Promise<Premise<true>> {
  const { cluster } = t.env;
  const { node, namespace } = stage;
  const mark = `/run/staleproof-killed-${namespace}`;
  const marked: { restore?: () => Promise<void> } = {};
  t.defer(`remove ${mark} from ${node.name}`, async () => marked.restore?.());
  // The trap makes it when it is sprung.
  marked.restore = await cluster.changeNode(node, {
    told: `${mark} says that the port mapper was killed`,
    argv: ['true'],
    undo: ['rm', '-rf', mark],
    signal: t.signal,
  });
  for (const program of ['iptables', 'ip6tables', 'nft'] as const) {
    const made: { restore?: () => Promise<void> } = {};
    t.defer(`take ${PLACE}/${program} from ${node.name} again`, async () => made.restore?.());
    made.restore = await changeFile(cluster, node, `${PLACE}/${program}`, {
      content: shim(program, namespace, mark),
      mode: 0o755,
      signal: t.signal,
    });
  }
  return {
    name: 'the plugin was killed right after it had removed its rules',
    lane: node.name,
    prove: async (signal) => {
      const { code } = await node.exec(['test', '-d', mark], { signal });
      if (code !== 0) return { proven: false, reason: 'it never made the call behind which it would have been' };
      return { proven: true, value: true, summary: 'SIGKILL behind the call that removed the pod’s rules' };
    },
  };
}
