/** The script that a maintainer runs: makes a cluster, does the recorded steps, looks, says what it saw. */
import type { RunStartLine } from '../harness/run/result-schema.ts';
import { shellQuoted } from '../report/shell-quote.ts';
import { IMAGE_MARK } from './public-pod.ts';
import type { Replay } from './replay-steps.ts';
import type { RowCheck } from './row-check.ts';

export interface ScriptInput {
  readonly title: string;
  readonly facts: RunStartLine['facts'];
  readonly proxyImage: string | undefined;
  readonly replay: Replay;
  readonly check: RowCheck | undefined;
}

export function reproduceScript({ title, facts, proxyImage, replay, check }: ScriptInput): string {
  const kubernetes = facts['kubernetes'] ?? 'v1.36.3';
  return `#!/bin/sh
# ${title}
#
#   ./reproduce.sh                     makes a kind cluster by kind.yaml, does the steps, removes the cluster
#   ./reproduce.sh --here              uses the cluster of $KUBECONFIG, whose nodes are containers (or set NODE_EXEC)
#
# STAYS: seconds that a row may stay after the last step (20; the suite asks for less, on a machine that it has measured).
# IMAGE: an image with Node.js 20 for the pods. NODE_IMAGE: the nodes of kind. KUBE_PROXY_IMAGE: the proxy to try.
# Exit code: 0 as expected, 1 the defect is there, 2 could not be tried, 3 done; compare out/ with README.md.
set -u
exec </dev/null
bundle=$(cd "$(dirname "$0")" && pwd)
out=$PWD/out; mkdir -p "$out"; fills=$out/fills.sed; : >"$fills"; jobs=''
IMAGE=\${IMAGE:-docker.io/library/node:20-bookworm}
NODE_IMAGE=\${NODE_IMAGE:-docker.io/kindest/node:${kubernetes}}
KUBE_PROXY_IMAGE=\${KUBE_PROXY_IMAGE-${proxyImage ?? ''}}
CLUSTER=\${CLUSTER:-repro}
STAYS=\${STAYS:-20}
. "$bundle/replay-library.sh"

clean_up() {
  for job in $jobs; do kill "$job" 2>/dev/null; done
  if [ "$made" = yes ]; then kind delete cluster --name "$CLUSTER" >/dev/null 2>&1; else remove_namespaces; fi
}
remove_namespaces() {
  ${removals(replay)}
}
made=no
trap clean_up EXIT
trap 'exit 2' INT TERM
if [ "\${1-}" != --here ]; then
  for tool in docker kind kubectl; do command -v "$tool" >/dev/null || fail "$tool is not installed"; done
  KUBECONFIG=$out/kubeconfig; export KUBECONFIG
  kind create cluster --name "$CLUSTER" --config "$bundle/kind.yaml" --image "$NODE_IMAGE" --wait 180s || fail 'kind made no cluster'
  made=yes
  if [ -n "$KUBE_PROXY_IMAGE" ]; then
    kubectl -n kube-system set image daemonset/kube-proxy "kube-proxy=$KUBE_PROXY_IMAGE" || fail 'kube-proxy image'
    kubectl -n kube-system rollout status daemonset/kube-proxy --timeout=180s || fail "kube-proxy $KUBE_PROXY_IMAGE"
  fi
fi
value '${IMAGE_MARK}' "$IMAGE"
watch_rows

# The steps, as the spec did them.
${replay.lines.join('\n')}

${ending(check, replay)}
`;
}

function removals({ lines }: Replay): string {
  const made = lines.flatMap((line) => /^programs (\S+)$/.exec(line)?.[1] ?? []);
  return made.length === 0
    ? ':'
    : `kubectl delete namespace ${made.join(' ')} --ignore-not-found --wait=false >/dev/null 2>&1`;
}

function ending(check: RowCheck | undefined, { standIns }: Replay): string {
  if (check === undefined)
    return `pause 10
rows_now >"$out/rows-at-the-end.txt"
say 'done; this failure is not one that a script can see: compare out/ with README.md'
exit 3`;
  const pattern = shellQuoted([standIns.fill(check.pattern)]);
  const call = check.kind === 'must-go' ? `row_must_go "$STAYS" ${pattern}` : `row_must_stay ${pattern}`;
  return `${call}\nexit $?`;
}
