/** What a running kube-proxy says of itself, on each node: its own metrics port tells version and mode. Never the cluster's word. */
import type { SubjectContext } from '../../../harness/subject/subject.ts';

export interface ProxyWord {
  /** Without `v`; undefined when a node does not tell it, or when nodes tell different ones. */
  readonly version: string | undefined;
  readonly mode: string | undefined;
  /** What each node said, for the report: `worker: 1.36.3 iptables`. */
  readonly told: readonly string[];
}

/** kube-proxy's default; a cluster that moved the port tells nothing, which is not guessed. */
const METRICS = 'http://127.0.0.1:10249';

/** Asks every node. Never throws: what cannot be read is unknown. */
export async function proxyWord(context: SubjectContext): Promise<ProxyWord> {
  const nodes = await context.cluster.nodes();
  const words = await Promise.all(
    nodes.map(async (node) => {
      const ask = async (path: string): Promise<string | undefined> => {
        const argv = ['curl', '-sS', '-g', '--max-time', '5', `${METRICS}${path}`];
        const { code, stdout } = await node.exec(argv, { signal: context.signal, timeoutMs: 10_000 });
        return code === 0 ? stdout : undefined;
      };
      const [metrics, mode] = await Promise.all([ask('/metrics'), ask('/proxyMode')]).catch(() => []);
      return { node: node.name, version: versionIn(metrics ?? ''), mode: modeIn(mode ?? '') };
    }),
  );
  return {
    version: same(words.map(({ version }) => version)),
    mode: same(words.map(({ mode }) => mode)),
    told: words.map(({ node, version, mode }) => `${node}: ${version ?? 'no version'} ${mode ?? 'no mode'}`),
  };
}

/** `git_version` of `kubernetes_build_info`, without `v`. */
export function versionIn(metrics: string): string | undefined {
  return /^kubernetes_build_info\{[^}]*\bgit_version="v?(\d+\.\d+\.\d+[^"]*)"/m.exec(metrics)?.[1];
}

/** The answer of `/proxyMode`, unless it is an error page. */
export function modeIn(answer: string): string | undefined {
  const text = answer.trim();
  return /^[a-z]+$/.test(text) ? text : undefined;
}

/** The one word that all say; undefined when one is silent or says something else. */
function same(words: readonly (string | undefined)[]): string | undefined {
  const [first] = words;
  return words.every((word) => word === first) ? first : undefined;
}
