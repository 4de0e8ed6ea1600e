/** The environment of specs that need a cluster: images, cluster, subjects; undone in reverse, whatever failed on the way. */
import { readFile } from 'node:fs/promises';
import { areas } from '../areas/index.ts';
import { openCluster } from '../harness/cluster/open.ts';
import type { Area } from '../harness/area/area.ts';
import type { Cluster, ClusterRequest, OpenCluster } from '../harness/cluster/cluster.ts';
import { clusterCollectors } from '../harness/run/diagnostics.ts';
import type { Environment } from '../harness/run/environment.ts';
import { journalOf } from '../harness/run/journal.ts';
import type { Options } from '../harness/run/options/schema.ts';
import { keepKubeconfigSecrets } from '../harness/run/kubeconfig-secrets.ts';
import { areaOf } from '../harness/run/spec-registry.ts';
import type { EnvironmentRequest, RunEnvironment } from '../harness/run/run-environment.ts';
import { InfrastructureError } from '../harness/run/verdict-errors.ts';
import { clusterWord } from '../harness/subject/cluster-word.ts';
import type { Subject, SubjectContext, SubjectKind } from '../harness/subject/subject.ts';
import { runSlowFactor } from './calibration.ts';
import type { Choice } from './choose-subjects.ts';
import { locatedSubjects } from './located-subjects.ts';
import { foundSubjects, isNamed } from './found-subjects.ts';
import { kernelLacks, skippedEnvironment } from './kernel-lacks.ts';
import { kernelProbe } from './kernel-probe.ts';
import { defaultJobs, prepareMachine, type Machine } from './machine.ts';
import { Standing } from './standing.ts';
import { SetupDiagnostics } from './setup-diagnostics.ts';
import { probe, type Probed, skipReason } from './skip-reasons.ts';
import type { Surroundings } from '../harness/run/surroundings.ts';
import { watchSurroundings } from './surroundings.ts';
import { UndoStack } from './undo-stack.ts';

const ground = areas.ground?.kind;
const judgedOnNodes = areas.kinds.filter(({ runsOn }) => runsOn === 'cluster').map(({ kind }) => kind);

export async function makeClusterEnvironment(
  given: Options,
  request: EnvironmentRequest,
  choice: Choice,
): Promise<RunEnvironment> {
  let options = given;
  const foreign = options.provider === 'existing';
  const subjects: Subject[] = foreign ? [] : await Promise.all(choice.entries.map((entry) => entry.load()));
  const absent: Partial<Record<SubjectKind, string>> = {};
  journalOf(request.run).open();
  const machine = await prepareMachine(options, request, subjects);
  const undo = new UndoStack();
  undo.push(() => machine.stop());
  const lacking = kernelLacks(subjects, machine.missingKernel);
  if (lacking !== undefined) {
    await machine.stop();
    return skippedEnvironment(options, subjects, lacking);
  }
  const contextFor = (cluster: Cluster, signal: AbortSignal): SubjectContext => ({
    cluster,
    signal,
    options,
    fixturesImage: machine.fixturesImage,
    parts: machine.parts,
    log: request.log,
  });
  const diagnostics = new SetupDiagnostics(request, subjects, contextFor);
  const installed = new Set<Subject>();
  const install = async (subject: Subject, cluster: Cluster, signal: AbortSignal): Promise<void> => {
    diagnostics.cluster = cluster;
    const context = contextFor(cluster, signal);
    const missing = await subject.preflight(context);
    if (missing.length > 0 && foreign && !isNamed(options, subject.name)) {
      absent[subject.kind] = missing.join('; ');
      return;
    }
    if (missing.length > 0) throw new InfrastructureError(`${subject.name} cannot be installed: ${missing.join('; ')}`);
    request.log(`installing ${subject.name}`);
    // A kept cluster keeps what it stands on: without it, it would not be Ready.
    if (options.keep !== true || subject.kind !== ground)
      undo.push((closing) => subject.remove(contextFor(cluster, closing)));
    await subject.install(context);
    installed.add(subject);
  };

  try {
    await refuseUnmakeable(subjects, options, machine);
    const proxy = subjects.find((subject) => subject.kind === ground);
    const open = await openCluster({
      ...clusterRequest(options, request, machine, purposeOf(choice)),
      kubeProxyMode: proxy?.clusterNeeds?.kubeProxyMode ?? 'iptables',
      beforeReady: async (cluster, signal) => {
        await cluster.loadImage(machine.fixturesImage, signal);
        if (proxy !== undefined) await install(proxy, cluster, signal);
      },
    });
    const { cluster } = open;
    diagnostics.cluster = cluster;
    undo.pushFirst((closing) => open.release(closing));
    // What is judged from here on may be another run's doing.
    open.lost?.addEventListener('abort', () => request.end(String(open.lost?.reason)));
    keepKubeconfigSecrets(await readFile(cluster.kubeconfigPath, 'utf8'));
    if (open.fitness !== undefined) {
      for (const { options: there } of await locatedSubjects(areas, cluster.api, options, request.signal))
        options = { ...options, ...there };
      const found = foundSubjects(choice.entries, options, open.fitness, areas.kinds);
      Object.assign(absent, found.absent);
      subjects.push(...(await Promise.all(found.entries.map((entry) => entry.load()))));
    }
    const contextNow = contextFor(cluster, request.signal);
    const later = subjects.filter((subject) => !installed.has(subject));
    if (foreign) {
      for (const subject of later) await install(subject, cluster, request.signal);
      subjects.splice(0, subjects.length, ...installed);
    } else for (const subject of later) await subject.lookBefore?.(contextNow);
    const slowFactor = await runSlowFactor(options.slowFactor, request, cluster);
    const missingKernel = open.fitness?.missingKernel ?? machine.missingKernel;
    const probed = {
      judgedOnNodes,
      ...(await probe(cluster, subjects, contextNow, missingKernel)),
      ...foreignFacts(open),
      absent,
    };
    const subjectInfos = await Promise.all(subjects.map((subject) => subject.info(contextNow)));
    const standing = new Standing({
      subjects: foreign ? [] : later,
      install: (subject) => install(subject, cluster, request.signal),
      async stands(mine) {
        const infos = await Promise.all(mine.map((subject) => subject.info(contextNow)));
        // Many know their version only now, and known defects are matched by it.
        for (const info of infos)
          subjectInfos.splice(
            subjectInfos.findIndex(({ name }) => name === info.name),
            1,
            info,
          );
        const names = mine.map(({ name }) => name).join(', ');
        request.note('info', `installed: ${names}`, { subjects: infos });
      },
      async failed(subject, error) {
        const concerned = request.specs.filter(({ meta }) => meta.judges === subject.kind).length;
        if (!request.signal.aborted)
          request.note(
            'warning',
            `${subject.name} failed; ${concerned} specs end with it, the others go on: ${textOf(error)}`,
          );
        await diagnostics.collect();
      },
    });
    // Nothing is taken away under an installation that still runs.
    undo.push(async () => {
      await machine.stop();
      await standing.settled;
    });
    return {
      env: environmentOf(cluster, subjects, options, machine.fixturesImage, slowFactor),
      facts: {
        ...cluster.facts,
        ...machine.facts,
        provider: cluster.provider,
        cluster: cluster.name,
        family: cluster.familyMode,
        ...(open.fitness === undefined ? {} : { proxy: open.fitness.proxy }),
        workers: String(probed.workers),
        slowFactor: String(slowFactor),
      },
      subjects: subjectInfos,
      ready: (meta) => standing.ready(meta),
      family: cluster.familyMode,
      defaultJobs: defaultJobs(probed.workers),
      skipReason: (meta) => skipReason(meta, probed),
      surroundings: await surroundingsOf(cluster, request.folder),
      collectors: (t) =>
        clusterCollectors(
          { cluster, subjects, logsOf: (subject, signal) => subject.logs(contextFor(cluster, signal)) },
          (name, text) => t.attach(name, text),
          t.slug,
        ),
      ...(machine.guard === undefined ? {} : { guard: machine.guard }),
      close: (signal) => undo.run(signal),
    };
  } catch (error) {
    await diagnostics.collect();
    await undo
      .run(AbortSignal.timeout(120_000))
      .catch((late: unknown) => request.note('infrastructure-error', `after the failed set-up: ${String(late)}`));
    throw error;
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** No cluster is made for nothing: when not one of the judged subjects can be made here, that is said before. */
async function refuseUnmakeable(subjects: readonly Subject[], options: Options, { parts }: Machine): Promise<void> {
  const missing = await Promise.all(
    subjects.map(async (subject) => (await subject.missingHere?.({ options, parts })) ?? []),
  );
  const texts = missing.map((lines, index) => `${subjects[index]?.name ?? ''}: ${lines.join('; ')}`);
  if (subjects.length > 0 && missing.every((lines) => lines.length > 0))
    throw new InfrastructureError(
      `nothing that is judged can be made on this machine; missing for ${texts.join(', ')}`,
    );
}

function foreignFacts({ fitness }: OpenCluster): Pick<Probed, 'fitness'> {
  return fitness === undefined ? {} : { fitness };
}

/** Nodes of an existing cluster are somebody else's machines: only this one is looked at. */
async function surroundingsOf(cluster: Cluster, folder: string): Promise<Surroundings> {
  if (cluster.provider !== 'kind') return watchSurroundings(folder);
  const { docker } = await import('../harness/cluster/kind/docker.ts');
  const nodes = (await cluster.nodes()).map(({ name }) => name);
  return watchSurroundings(folder, { run: (argv) => docker(argv, { timeoutMs: 8_000 }), nodes });
}

function clusterRequest(
  options: Options,
  request: EnvironmentRequest,
  machine: Machine,
  purpose: string,
): Omit<ClusterRequest, 'kubeProxyMode'> {
  return {
    provider: options.provider ?? 'kind',
    ...(options.context === undefined ? {} : { context: options.context }),
    ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
    ...(options.insecureHttp === undefined ? {} : { insecureHttp: options.insecureHttp }),
    ...(options.provider === 'existing' ? { areas: areasOf(request), kernelProbe } : {}),
    familyMode: options.ipFamily ?? 'ipv4',
    purpose,
    ...(options.clusterName === undefined ? {} : { clusterName: options.clusterName }),
    workers: options.workers ?? 2,
    ...(machine.nodeImage === undefined ? {} : { nodeImage: machine.nodeImage }),
    helperImage: machine.fixturesImage,
    podNetwork: machine.podNetwork,
    runId: request.run,
    keep: options.keep ?? false,
    reuse: options.reuse ?? false,
    folder: request.folder,
    signal: request.signal,
    log: request.log,
  };
}

/** Areas with specs that use the cluster. */
function areasOf({ specs }: EnvironmentRequest): readonly Area[] {
  const using = specs.filter(({ meta }) => meta.needs?.cluster !== false);
  return [...new Set(using.map(({ meta }) => areaOf(meta.id)))].map((name) => areas.area(name));
}

/** One cluster name per configuration: the proxy decides how a cluster is made. */
function purposeOf(choice: Choice): string {
  const proxy = choice.entries.find((entry) => entry.kind === ground);
  return clusterWord(proxy?.name ?? 'e2e')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
}

function environmentOf(
  cluster: Cluster,
  installed: readonly Subject[],
  options: Options,
  fixturesImage: string,
  slowFactor: number,
): Environment {
  const ofKind: Environment['subjects'] = (kind) => installed.filter((subject) => subject.kind === kind);
  return {
    cluster,
    subject(kind) {
      const [first] = ofKind(kind);
      if (first === undefined) throw new InfrastructureError(`no ${kind} was chosen for this run`);
      return first;
    },
    subjects: ofKind,
    options,
    slowFactor,
    fixturesImage,
  };
}
