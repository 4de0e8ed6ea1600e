/** Docker objects of ours that no journal speaks of: a journal may be lost with a home directory, containers stay. */
import { isRunning } from '../../run/journal-process.ts';
import { readJournals } from '../../run/journal-replay.ts';
import { undoEntry } from '../../run/journal-undo.ts';
import { runLabelKey } from '../run-label.ts';
import { ourClusters } from './cluster-mark.ts';
import { namePrefix } from './cluster-name.ts';
import { docker, nodeContainers } from './docker.ts';
import { nameOwner, takeName } from './name-lock.ts';

export interface Leftover {
  readonly what: string;
  readonly remove: () => Promise<void>;
}

/** Empty where there is no Docker. Kept clusters and those that a living process uses are no leftovers. */
export async function findLeftovers(): Promise<readonly Leftover[]> {
  if (!(await hasDocker())) return [];
  const clusters = await leftClusters();
  return [...clusters, ...(await leftNetworks(new Set(clusters.map((one) => one.name)))), ...(await leftContainers())];
}

async function leftClusters(): Promise<readonly (Leftover & { readonly name: string })[]> {
  const left: (Leftover & { readonly name: string })[] = [];
  for (const [name, mark] of await ourClusters(namePrefix)) {
    if (nameOwner(name) !== undefined || mark?.kept === true) continue;
    if (mark === undefined ? await isYoung(name) : isRunning(mark.owner)) continue;
    const remove = async (): Promise<void> => {
      const giveBack = takeName(name, 'gc');
      if (giveBack === undefined) throw new Error(`a run has just taken ${name}`);
      try {
        await undoEntry({ kind: 'kind-cluster', name, binary: '' });
        await undoEntry({ kind: 'docker-network', name });
      } finally {
        giveBack();
      }
    };
    left.push({
      name,
      what: `cluster ${name} (${mark === undefined ? 'unfinished or stopped' : `of run ${mark.run}`})`,
      remove,
    });
  }
  return left;
}

/** Perhaps being made by somebody whose locks we do not see. A creation takes minutes at most. */
async function isYoung(name: string): Promise<boolean> {
  const created = (await docker(['inspect', '--format', '{{.Created}}', ...(await nodeContainers(name))])).split('\n');
  return created.some((when) => Date.now() - Date.parse(when) < 20 * 60_000);
}

async function leftNetworks(withClusters: ReadonlySet<string>): Promise<readonly Leftover[]> {
  const existing = new Set((await ourClusters(namePrefix)).keys());
  const names = (await docker(['network', 'ls', '--filter', `name=^${namePrefix}`, '--format', '{{.Name}}'])).split(
    '\n',
  );
  return names
    .filter((name) => name !== '' && !existing.has(name) && !withClusters.has(name) && nameOwner(name) === undefined)
    .map((name) => ({ what: `docker network ${name}`, remove: () => undoEntry({ kind: 'docker-network', name }) }));
}

async function leftContainers(): Promise<readonly Leftover[]> {
  const alive = new Set(
    readJournals().flatMap((journal) => (journal.alive && journal.header !== undefined ? [journal.header.run] : [])),
  );
  const format = `{{.Names}}\t{{.Label "${runLabelKey}"}}`;
  const rows = (await docker(['ps', '--all', '--filter', `label=${runLabelKey}`, '--format', format])).split('\n');
  return rows
    .filter((row) => row !== '')
    .map((row) => row.split('\t'))
    .filter(([, run = '']) => !alive.has(run))
    .map(([name = '', run = '']) => ({
      what: `container ${name} (of run ${run})`,
      remove: () => undoEntry({ kind: 'docker-container', name }),
    }));
}

async function hasDocker(): Promise<boolean> {
  return docker(['version', '--format', '{{.Server.Version}}'], { timeoutMs: 10_000 }).then(
    () => true,
    () => false,
  );
}
