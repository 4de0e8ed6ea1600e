/** Runs one twin of the apiserver-watcher against a server whose first list is slow, until its summary. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { startHeldListServer } from './held-list-server.ts';

export interface FirstUpdate {
  /** What the server was asked and answered, see HeldListServer. */
  readonly order: readonly string[];
  readonly summary: Readonly<Record<string, unknown>> | undefined;
}

/** `command` runs until the fate of its first update is known; the first list is held for a second. */
export async function firstUpdateOf(command: readonly string[]): Promise<FirstUpdate> {
  const server = await startHeldListServer(1000);
  const folder = mkdtempSync(join(tmpdir(), 'staleproof-first-update-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const cluster = `{name: c, cluster: {server: "${server.url}", insecure-skip-tls-verify: true}}`;
  // The Node client wants this word before it speaks plain HTTP.
  const context = '{name: c, context: {cluster: c, user: u}}';
  writeFileSync(
    kubeconfig,
    `{apiVersion: v1, kind: Config, current-context: c, clusters: [${cluster}], contexts: [${context}], users: [{name: u, user: {}}]}`,
  );
  try {
    const [program = '', ...args] = command;
    const child = execa(program, args, {
      ...{ reject: false, timeout: 60_000, buffer: { stdout: false } },
      env: {
        ...{ KUBECONFIG: kubeconfig, NAMESPACE: 'soak', METRICS_PORT: '0', CHANGE_INTERVAL_SECONDS: '60' },
        ...{ DEADLINE_SECONDS: '2', SOAK_HOURS: '1' },
      },
    });
    let summary: FirstUpdate['summary'];
    for await (const text of child) {
      const line = JSON.parse(text) as Readonly<Record<string, unknown>>;
      // The fate of the first update is known: the program is asked for its summary.
      if (line['type'] === 'delivered' || line['type'] === 'missed') child.kill('SIGTERM');
      if (line['type'] === 'summary') summary = line;
    }
    return { order: [...server.order], summary };
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
