/** `npm run proxy -- load|redeploy|watch-image`: work on a proxy without making the cluster again. */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ENDING_SIGNALS } from '../harness/run/exit-codes.ts';
import { capture, chooseCluster, interactive, kindNodes, loadIntoNodes, UsageError } from '../compose/kind-nodes.ts';
import { throughRegistry } from './proxy-registry.ts';
import { isParseArgsError, runCommandLine } from './run-command-line.ts';
import { shown } from '../harness/run/shown.ts';

const HELP = `npm run proxy -- <command> [--cluster NAME] [--image REF] [--daemonset NAME]

  load          puts the image on every node of the cluster
  redeploy      loads the image and replaces the proxy's pods
  watch-image   redeploys whenever the image changes in the local Docker daemon, until Ctrl-C

  --cluster NAME     kind cluster (default: the only one that runs)
  --image REF        image in the local Docker daemon, for instance kpng:test
  --daemonset NAME   of namespace kube-system (kpng)
  --registry HOST    push the image there and let the nodes pull it, instead of loading it into each; localhost:5000 is
                     a registry of your own on this machine (Debian's docker-registry, for instance)

The loop of every day: npm run cluster -- up …, then build your image, npm run proxy -- redeploy --image kpng:test,
npm run e2e -- --keep --reuse -b kpng-nft --kpng-image kpng:test --grep clusterip
`;

interface Target {
  readonly nodes: readonly string[];
  readonly image: string;
  readonly daemonSet: string;
  readonly registry: string | undefined;
}

async function must(argv: readonly string[], what: string): Promise<string> {
  const { code, stdout } = await capture(argv);
  if (code !== 0) throw new Error(`${what}: \`${argv.join(' ')}\` ended with ${code}`);
  return stdout.trim();
}

/** Content id of the image; changes with every build. */
function imageId(image: string): Promise<string> {
  return must(['docker', 'image', 'inspect', '--format', '{{.Id}}', image], `image ${image}`);
}

/** Puts the image on the nodes, under its own name. */
async function load({ nodes, image, registry }: Target): Promise<void> {
  await imageId(image);
  if (registry !== undefined) return throughRegistry(registry, image, nodes);
  process.stderr.write(shown(`loading ${image} into ${nodes.join(', ')}\n`));
  await loadIntoNodes(nodes, [image]);
}

async function redeploy(target: Target): Promise<void> {
  await load(target);
  const controlPlane = target.nodes.find((node) => node.includes('control-plane')) ?? '';
  const kubectl = [
    'docker',
    'exec',
    controlPlane,
    'kubectl',
    '--kubeconfig=/etc/kubernetes/admin.conf',
    '-n',
    'kube-system',
  ];
  const daemonSet = `daemonset/${target.daemonSet}`;
  await must([...kubectl, 'set', 'image', daemonSet, `*=${target.image}`], 'new image');
  await must([...kubectl, 'rollout', 'restart', daemonSet], 'restart');
  if ((await interactive([...kubectl, 'rollout', 'status', daemonSet, '--timeout=120s'])) !== 0)
    throw new Error(`${daemonSet} is not rolled out after 120 s; look at: kubectl -n kube-system describe pods`);
}

async function watchImage(target: Target, signal: AbortSignal): Promise<void> {
  let last = '';
  while (!signal.aborted) {
    const id = await imageId(target.image);
    if (id !== last) {
      last = id;
      process.stderr.write(shown(`${target.image} is now ${id.slice(7, 19)}\n`));
      // A build that does not come up is what its maker wants to see, and then to build the next one.
      await redeploy(target).catch((error: unknown) => {
        if (!signal.aborted)
          process.stderr.write(shown(`not redeployed: ${String(error)}; waiting for the next build\n`));
      });
    }
    await delay(1000, undefined, { signal }).catch(() => undefined);
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      cluster: { type: 'string' },
      image: { type: 'string' },
      daemonset: { type: 'string', default: 'kpng' },
      registry: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command] = positionals;
  if (values.help || command === undefined) {
    process.stdout.write(shown(HELP));
    return values.help ? 0 : 64;
  }
  if (!['load', 'redeploy', 'watch-image'].includes(command))
    throw new UsageError(`unknown command "${command}"; allowed: load, redeploy, watch-image`);
  if (values.image === undefined) throw new UsageError('--image is required; see --help');
  const clusters = await kindNodes();
  const cluster = chooseCluster(clusters, values.cluster);
  const target = {
    nodes: clusters.get(cluster) ?? [],
    image: values.image,
    daemonSet: values.daemonset,
    registry: values.registry,
  };
  if (command === 'load') await load(target);
  else if (command === 'redeploy') await redeploy(target);
  else {
    const stop = new AbortController();
    // Not once(): a second listener-less SIGINT would end us beside a running child.
    for (const signal of ENDING_SIGNALS) process.on(signal, () => stop.abort());
    await watchImage(target, stop.signal);
  }
  return 0;
}

void runCommandLine({ name: 'proxy', isUsage: (error) => error instanceof UsageError || isParseArgsError(error) }, () =>
  main(process.argv.slice(2)),
);
