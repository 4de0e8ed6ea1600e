/**
 * The captures that specs of one run have asked for on one cluster, which several do at the same time: what ran before each of
 * them was made, and the files that each was ever seen to name.
 */
import type { Cluster } from '../../../harness/cluster/cluster.ts';
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';
import type { Attribution } from '../evidence/capture-processes.ts';
import type { CaptureRequest, CaptureView } from '../subjects/capture-subject.ts';

type Named = Pick<CaptureRequest, 'namespace' | 'name'>;

export class CapturesOfRun {
  readonly #before = new Map<string, { readonly request: Named; readonly running: ReadonlySet<string> }>();
  /** File → the capture that names it. An object that was made again under its name has its former files too. */
  readonly #files = new Map<string, string>();

  /** The first time counts: an object that is changed, or deleted and made again, has its own tcpdump from before. */
  async began(request: Named, count: () => Promise<ReadonlySet<string>>): Promise<void> {
    if (this.#before.has(keyOf(request))) return;
    this.#before.set(keyOf(request), { request, running: await count() });
  }

  see(request: Named, { files }: CaptureView): void {
    for (const { path } of files) this.#files.set(path, keyOf(request));
  }

  /** Throws InfrastructureError when nothing was counted before the object was there. */
  attribution(request: Named, { files }: CaptureView): Attribution {
    const before = this.#before.get(keyOf(request))?.running;
    if (before === undefined)
      throw new InfrastructureError(`tcpdumps were not counted before capture ${keyOf(request)} was made`);
    const others = [...this.#files].flatMap(([path, of]) => (of === keyOf(request) ? [] : [path]));
    return { before, own: new Set(files.map(({ path }) => path)), others: new Set(others) };
  }

  others(request: Named): readonly Named[] {
    return [...this.#before.values()].flatMap((one) => (keyOf(one.request) === keyOf(request) ? [] : [one.request]));
  }
}

const keyOf = ({ namespace, name }: Named): string => `${namespace}/${name}`;

const runs = new WeakMap<Cluster, CapturesOfRun>();

export function capturesOfRun(cluster: Cluster): CapturesOfRun {
  const known = runs.get(cluster) ?? new CapturesOfRun();
  runs.set(cluster, known);
  return known;
}
