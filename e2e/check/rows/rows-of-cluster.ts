/** A result with the rows that are stale right now. */
import { randomBytes } from 'node:crypto';
import type { Connection } from '../../harness/cluster/kube/connection.ts';
import { KubeClient } from '../../harness/cluster/kube/kube-client.ts';
import { ClusterReader } from '../cluster-reader.ts';
import { checkResult, type CheckResult } from '../result.ts';
import { lookAtRows, type RowsOptions } from './look-at-rows.ts';

export async function rowsOf(
  result: CheckResult,
  connection: Connection,
  options: Omit<RowsOptions, 'namespace'>,
): Promise<CheckResult> {
  const reader = new ClusterReader(connection, options.signal);
  const api = new KubeClient(connection, { labels: {}, pollMs: 500 });
  const namespace = `staleproof-rows-${randomBytes(3).toString('hex')}`;
  const nodes = await lookAtRows(api, reader, { ...options, namespace });
  const rows = nodes.map((one) => ({ ...one, rows: one.rows ?? null, error: one.error ?? null }));
  const unread = rows.filter((one) => one.rows === null);
  const unseen = (result.cluster.nodes ?? rows.length) - rows.length;
  const missing = [
    ...result.missing,
    ...reader.missing,
    ...unread.map(({ node, error }) => ({ what: `rows of ${node}`, why: error ?? '' })),
    ...(unseen > 0 ? [{ what: `rows of ${unseen} other nodes`, why: 'not looked at (--node, --max-nodes)' }] : []),
  ];
  const isStale = rows.some(({ stale }) => stale.length > 0);
  const ended =
    isStale || result.verdict === 'affected' ? 'affected' : missing.length > 0 ? 'could not look' : result.verdict;
  const requests = result.took.requests + reader.requests;
  return checkResult.parse({ ...result, rows, missing, verdict: ended, took: { ...result.took, requests } });
}
