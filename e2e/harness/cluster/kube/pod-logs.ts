/** Container logs, read once or followed as lines. */
import type { LineProcess, PodRef } from '../cluster.ts';
import { LineStream } from '../line-process.ts';
import type { Connection } from './connection.ts';

export interface LogOptions {
  readonly sinceSeconds?: number;
  readonly tailLines?: number;
  readonly previous?: boolean;
  readonly signal?: AbortSignal;
}

export async function readLogs(connection: Connection, pod: PodRef, options: LogOptions = {}): Promise<string> {
  const answer = await connection.request({
    method: 'GET',
    path: logPath(pod, options, false),
    signal: options.signal,
  });
  // A log that happens to be JSON was parsed on the way.
  return typeof answer === 'string' ? answer : JSON.stringify(answer);
}

/** Follows from the first line on; ends with the container, the signal or stop(). */
export async function followLogs(connection: Connection, pod: PodRef, signal?: AbortSignal): Promise<LineProcess> {
  const control = new AbortController();
  const either = signal === undefined ? control.signal : AbortSignal.any([control.signal, signal]);
  const stream = await connection.stream({ method: 'GET', path: logPath(pod, {}, true), signal: either });
  const name = `log of ${pod.namespace}/${pod.name}`;
  const process = new LineStream({
    name,
    write: () => {
      throw new Error(`${name} takes no input`);
    },
    terminate: () => {
      control.abort();
      return Promise.resolve();
    },
  });
  stream.on('data', (chunk: Buffer) => process.feed(chunk));
  stream.on('error', (error) => process.ended({ code: undefined, reason: either.aborted ? 'stopped' : error.message }));
  stream.on('close', () => process.ended({ code: undefined, reason: either.aborted ? 'stopped' : 'the log ended' }));
  return process;
}

function logPath(pod: PodRef, options: LogOptions, follow: boolean): string {
  const query = new URLSearchParams();
  if (pod.container !== undefined) query.set('container', pod.container);
  if (follow) query.set('follow', 'true');
  if (options.sinceSeconds !== undefined)
    query.set('sinceSeconds', String(Math.max(1, Math.ceil(options.sinceSeconds))));
  if (options.tailLines !== undefined) query.set('tailLines', String(options.tailLines));
  if (options.previous === true) query.set('previous', 'true');
  return `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}/log?${query.toString()}`;
}
