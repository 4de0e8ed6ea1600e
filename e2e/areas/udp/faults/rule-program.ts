/**
 * Takes the programs by which the proxy of one node writes its rules out of its container, so that every write fails, and puts them
 * back. Rules that stand stay as they are, and the proxy goes on.
 */
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { pollWithin } from '../../../harness/cluster/wait.ts';
import type { Premise, SpecContext } from '../../../harness/run/context.ts';
import type { ServiceProxy } from '../subjects/service-proxy.ts';

interface PodOnNode extends KubernetesObject {
  readonly spec: { readonly nodeName?: string };
}

/** A program that is away has this after its name. */
const AWAY = '.staleproof-away';
const FOLDERS = ['usr/local/sbin', 'usr/local/bin', 'usr/sbin', 'usr/bin', 'sbin', 'bin'];
const FAILS_WITHIN_MS = 15_000;

export interface MissingProgram {
  /** Premise: the proxy tried to write its rules since they are away, and says that it could not. */
  readonly writeFailed: Premise<string>;
  putBack(): Promise<void>;
}

export async function takeRuleProgram(t: SpecContext, node: ClusterNode): Promise<MissingProgram> {
  const { cluster } = t.env;
  const proxy = t.env.subject('service-proxy') as ServiceProxy;
  const { pods, ruleWriter } = proxy;
  if (pods === undefined || ruleWriter === undefined) t.skip(`${proxy.name} does not say by which program it writes`);
  const all = await cluster.api.list<PodOnNode>('v1', 'Pod', pods, t.signal);
  const mine = all.find(({ spec }) => spec.nodeName === node.name);
  const uid = mine?.metadata.uid;
  if (mine === undefined || uid === undefined) t.inconclusive(`no pod of ${proxy.name} runs on ${node.name}`);
  const { programs, failed } = ruleWriter;
  const moved = (from: string, to: string): readonly string[] => ['sh', '-c', moveScript(uid, programs, from, to)];
  const told = `${programs.join(' and ')} of ${proxy.name} back in place`;
  const sinceMs = Date.now();
  let undo: (() => Promise<void>) | undefined;
  t.defer(`put ${told}`, () => undo?.() ?? Promise.resolve());
  undo = await cluster.changeNode(node, { told, argv: moved('', AWAY), undo: moved(AWAY, ''), signal: t.signal });
  // eslint-disable-next-line no-restricted-syntax -- only reads
  const left = await node.run(['sh', '-c', listScript(uid, programs)], { signal: t.signal });
  if (left.trim() === '') t.inconclusive(`no ${programs.join(' or ')} is in the container of ${mine.metadata.name}`);
  const summary = `${programs.join(', ')} taken out of ${mine.metadata.name}`;
  t.evidence.record({ kind: 'fault', lane: node.name, summary });
  const ref = { namespace: pods.namespace, name: mine.metadata.name };
  const putBack = undo;
  return {
    writeFailed: {
      name: `${proxy.name} could not write its rules on ${node.name}`,
      lane: node.name,
      prove: async (signal) => {
        const look = async (): Promise<string | undefined> => {
          // Whole seconds, so a line of just before may be among them; until then every write of this proxy went well.
          const sinceSeconds = Math.max(1, Math.ceil((Date.now() - sinceMs) / 1000));
          const log = await cluster.api.logs(ref, { sinceSeconds, signal });
          return log.split('\n').find((line) => failed.test(line));
        };
        const line = await pollWithin(look, { timeoutMs: t.wait(FAILS_WITHIN_MS), signal, intervalMs: 250 });
        return line === undefined
          ? { proven: false, reason: `its log says nothing of it within ${t.wait(FAILS_WITHIN_MS)} ms` }
          : { proven: true, value: line, summary: line.slice(0, 200) };
      },
    },
    async putBack() {
      await putBack();
      undo = undefined;
      t.evidence.record({ kind: 'fault', lane: node.name, summary: told });
    },
  };
}

/** In each container of the pod, whose files are below /proc/PID/root. What is not there is left alone. */
function eachProgram(uid: string, programs: readonly string[], body: string): string {
  const cgroup = uid.replace(/-/g, '[-_]');
  return [
    `for p in /proc/[0-9]*; do grep -qE '${cgroup}' $p/cgroup 2>/dev/null || continue`,
    `for d in ${FOLDERS.join(' ')}; do for n in ${programs.join(' ')}; do f=$p/root/$d/$n; ${body}; done; done; done`,
  ].join('; ');
}

const moveScript = (uid: string, programs: readonly string[], from: string, to: string): string =>
  `${eachProgram(uid, programs, `if test -e "$f${from}" -o -L "$f${from}"; then mv -f "$f${from}" "$f${to}"; fi`)}; true`;

const listScript = (uid: string, programs: readonly string[]): string =>
  `${eachProgram(uid, programs, `if test -e "$f${AWAY}" -o -L "$f${AWAY}"; then echo "$f"; fi`)}; true`;
