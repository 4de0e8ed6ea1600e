/** When set-up fails, the half-made cluster is looked at before it goes: `artifacts/set-up/`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Cluster } from '../harness/cluster/cluster.ts';
import { within } from '../harness/run/budget.ts';
import { containedPath } from '../harness/run/contained-path.ts';
import { clusterCollectors } from '../harness/run/diagnostics.ts';
import { redact } from '../harness/run/redact.ts';
import type { EnvironmentRequest } from '../harness/run/run-environment.ts';
import type { Subject, SubjectContext } from '../harness/subject/subject.ts';

export class SetupDiagnostics {
  /** Known as soon as nodes are up. */
  cluster: Cluster | undefined;
  readonly #request: EnvironmentRequest;
  readonly #subjects: readonly Subject[];
  readonly #contextFor: (cluster: Cluster, signal: AbortSignal) => SubjectContext;

  constructor(
    request: EnvironmentRequest,
    subjects: readonly Subject[],
    contextFor: (cluster: Cluster, signal: AbortSignal) => SubjectContext,
  ) {
    this.#request = request;
    this.#subjects = subjects;
    this.#contextFor = contextFor;
  }

  async collect(): Promise<void> {
    const { cluster } = this;
    if (cluster === undefined) return;
    const attach = async (name: string, text: string): Promise<void> => {
      const path = containedPath(this.#request.folder, 'artifacts', 'set-up', name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, redact(text));
    };
    const logsOf = (subject: Subject, signal: AbortSignal) => subject.logs(this.#contextFor(cluster, signal));
    const collectors = clusterCollectors({ cluster, subjects: this.#subjects, logsOf }, attach);
    await Promise.all(
      collectors.map(({ title, run }) =>
        within(20_000, title, run).catch((error: unknown) =>
          this.#request.note(
            'warning',
            `diagnostics: ${title}: ${error instanceof Error ? error.message : String(error)}`,
          ),
        ),
      ),
    );
  }
}
