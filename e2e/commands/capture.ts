/**
 * `npm run capture -- deploy|collect`: the packet-capture controller on the cluster of the current kubeconfig context, and its
 * files from it. `audit`: whose frames a capture of any tool holds, without a cluster.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '../harness/cluster/kube/connection.ts';
import { KubeClient } from '../harness/cluster/kube/kube-client.ts';
import { docker, nodeContainers } from '../harness/cluster/kind/docker.ts';
import { auditedPod, type AuditFlags } from '../areas/capture/command/capture-audit-options.ts';
import { auditCapture, auditText, auditVerdict } from '../areas/capture/evidence/capture-audit.ts';
import { summarizeCapture } from '../areas/capture/evidence/capture-summary.ts';
import { readPacketFile } from '../harness/pcap/pcap-reader.ts';
import { containedPath } from '../harness/run/contained-path.ts';
import { EXIT } from '../harness/run/exit-codes.ts';
import { watchOutput } from '../harness/run/output.ts';
import { UsageError } from '../harness/run/usage-error.ts';
import { CAPTURE_IMAGE, captureManifests } from '../areas/capture/subjects/capture-manifests.ts';
import {
  agentOn,
  listCaptures,
  listPods,
  partsOnAgent,
  readFromAgent,
} from '../areas/capture/command/capture-objects.ts';
import { shown } from '../harness/run/shown.ts';

const usage = `usage: npm run capture -- deploy  [--kubeconfig FILE] [--context NAME] [--image REF]
       npm run capture -- collect [--kubeconfig FILE] [--context NAME] [-n NAMESPACE] [-o FOLDER]
       npm run capture -- audit FILE --pod-ip A[,B] [--mac M[,M]] [--since TIME] [--until TIME]
deploy   builds the image (unless --image names one that the nodes can pull), loads it into a kind cluster's nodes,
         and applies manifests/packet-capture
--insecure-http lets the login of a kubeconfig go over plain HTTP
collect  fetches every capture file with its status: captures/*.pcap, capture-files.txt, capture-summary.txt, pods.txt
audit    whose frames a capture file holds (pcap or pcapng, of any tool), by the addresses of the pod, its MAC and the time
         in which they were its own (2026-01-31T12:00:00Z, or seconds since 1970)
Exit code of audit: 0 only the pod's frames, 1 frames of others, 2 cannot say (unexplained frames, a file cut off or damaged)`;

const say = (line: string): void => void process.stdout.write(shown(`${line}\n`));

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  watchOutput(() => undefined);
  try {
    const { values, positionals } = parse(argv);
    if (values.help) {
      say(usage);
      return EXIT.asExpected;
    }
    const [command, ...rest] = positionals;
    if (command === 'audit') return await audit(rest, values);
    const stray = (['pod-ip', 'mac', 'since', 'until'] as const).find((name) => values[name] !== undefined);
    if (stray !== undefined) throw new UsageError(`--${stray} belongs to audit`);
    if (rest.length > 0 || (command !== 'deploy' && command !== 'collect'))
      throw new UsageError('deploy, collect or audit');
    const connection = await connect({
      kubeconfig: values.kubeconfig,
      context: values.context,
      insecureHttp: values['insecure-http'],
    });
    try {
      const api = new KubeClient(connection, { labels: {} });
      if (command === 'deploy') await deploy(api, connection.context, values.image);
      else await collect(api, values.namespace, values.output);
    } finally {
      connection.close();
    }
    return EXIT.asExpected;
  } catch (error) {
    process.stderr.write(shown(`${error instanceof Error ? error.message : String(error)}\n`));
    if (!(error instanceof UsageError)) return EXIT.infrastructure;
    process.stderr.write(shown(`${usage}\n`));
    return EXIT.usage;
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        kubeconfig: { type: 'string' },
        context: { type: 'string' },
        'insecure-http': { type: 'boolean', default: false },
        image: { type: 'string' },
        namespace: { type: 'string', short: 'n' },
        output: { type: 'string', short: 'o', default: 'artifacts' },
        'pod-ip': { type: 'string' },
        mac: { type: 'string' },
        since: { type: 'string' },
        until: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function audit(files: readonly string[], flags: AuditFlags): Promise<number> {
  const [file, ...more] = files;
  if (file === undefined || more.length > 0) throw new UsageError('audit takes one file');
  const pod = auditedPod(flags);
  const seen = await auditCapture(readPacketFile(file), pod);
  say(auditText(file, seen, pod));
  return { pod: EXIT.asExpected, others: EXIT.failed, unknown: EXIT.infrastructure }[auditVerdict(seen).kind];
}

async function deploy(api: KubeClient, context: string, image: string | undefined): Promise<void> {
  if (image === undefined) await loadOwnImage(context);
  await api.applyYaml(await captureManifests(image ?? CAPTURE_IMAGE));
  await api.waitFor(
    { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'packet-capture-system', name: 'packet-capture-agent' },
    ([set]) => {
      const { desiredNumberScheduled = 0, numberReady = 0 } =
        (set as { status?: Record<string, number> } | undefined)?.status ?? {};
      return desiredNumberScheduled > 0 && numberReady === desiredNumberScheduled ? true : undefined;
    },
    { timeoutMs: 120_000, what: 'an agent is ready on every node' },
  );
  say('packet-capture runs; next: kubectl apply -f manifests/packet-capture/examples/packetcapture.yaml');
}

/** Only a kind cluster takes an image from this machine; another one pulls `--image`. */
async function loadOwnImage(context: string): Promise<void> {
  if (!context.startsWith('kind-'))
    throw new UsageError(`context ${context} is no kind cluster: push the image somewhere and name it with --image`);
  const { ensureFixturesImage } = await import('../../hack/images/fixtures-image.ts');
  const built = await ensureFixturesImage({ log: say });
  await docker(['tag', built, CAPTURE_IMAGE]);
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-image-'));
  try {
    const archive = join(folder, 'image.tar');
    await docker(['save', '--output', archive, CAPTURE_IMAGE], { timeoutMs: 300_000 });
    for (const node of await nodeContainers(context.slice('kind-'.length))) {
      const load = ['exec', '-i', node, 'ctr', '-n', 'k8s.io', 'images', 'import', '--snapshotter', 'overlayfs', '-'];
      await docker(load, { inputFile: archive, timeoutMs: 300_000 });
      say(`loaded ${CAPTURE_IMAGE} into ${node}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function collect(api: KubeClient, namespace: string | undefined, folder: string): Promise<void> {
  await mkdir(join(folder, 'captures'), { recursive: true });
  const captures = await listCaptures(api, namespace);
  const files: string[] = ['NAMESPACE CAPTURE EPOCH POD POD-UID NODE STARTED ENDED REASON PACKETS BYTES SHA256 FILE'];
  const summaries: string[] = [];
  for (const { metadata, status } of captures)
    for (const record of status?.captures ?? []) {
      const agent = await agentOn(api, record.nodeName);
      const parts = await partsOnAgent(api, agent, record.file);
      const facts = [metadata.namespace, metadata.name, record.epoch, record.podName, record.podUID, record.nodeName];
      const ends = [record.startedAt, record.endedAt ?? '-', record.endReason ?? '-', record.packets, record.bytes];
      if (parts.length === 0) files.push([...facts, ...ends, 'gone', record.file].join(' '));
      for (const part of parts) {
        const bytes = await readFromAgent(api, agent, part);
        if (bytes === undefined) continue;
        const name = `${metadata.namespace ?? ''}_${metadata.name}_${basename(part)}`;
        await writeFile(containedPath(folder, 'captures', name), bytes);
        files.push([...facts, ...ends, createHash('sha256').update(bytes).digest('hex'), name].join(' '));
        summaries.push(`${name}\n${await summarizeCapture(bytes)}`);
      }
    }
  await writeFile(join(folder, 'capture-files.txt'), `${files.join('\n')}\n`);
  await writeFile(join(folder, 'capture-summary.txt'), `${summaries.join('\n')}\n`);
  await writeFile(join(folder, 'pods.txt'), `${(await listPods(api, namespace)).join('\n')}\n`);
  say(`${captures.length} captures, ${files.length - 1} files: ${folder}/capture-files.txt`);
}
