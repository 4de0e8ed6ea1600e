/** tcpdump on both sides of a router: what a balancer did is read from there, never from what we asked it to do. */
import { runInNetns, type Ground } from './idle-load-balancer-netns.ts';
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';
import type { LineStream } from '../../../harness/cluster/line-process.ts';

export interface SideCapture {
  readonly side: 'client' | 'server';
  readonly path: string;
  /** Ends the capture. Throws InfrastructureError when packets were missed. */
  stop(): Promise<void>;
  readonly process: LineStream;
}

/** Starts tcpdump and returns when it listens. */
export async function startCapture(
  ground: Ground,
  options: {
    readonly netns: string;
    readonly device: string;
    readonly side: 'client' | 'server';
    readonly path: string;
    /** tcpdump's filter; all of TCP when it is not given. */
    readonly filter?: string;
  },
): Promise<SideCapture> {
  const { netns, device, side, path, filter = 'tcp' } = options;
  const argv = [
    'tcpdump',
    '-i',
    device,
    '-Z',
    'root',
    '-U',
    '--immediate-mode',
    '-s',
    '160',
    '-B',
    '8192',
    '-n',
    '-w',
    path,
    filter,
  ];
  const process = await runInNetns(ground, netns, argv, { name: `tcpdump on ${netns}/${device}` });
  await until(() => /listening on/.test(process.stderrTail()), process, `tcpdump on ${netns}/${device} listens`);
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await process.stop();
    const dropped = /(\d+) packets? dropped by kernel/.exec(process.stderrTail())?.[1];
    if (dropped !== '0')
      throw new InfrastructureError(
        `capture of the ${side} side in ${netns}: expected 0 packets dropped by the kernel, observed ${dropped ?? 'no summary of tcpdump'}; its evidence is incomplete`,
      );
  };
  return { side, path, process, stop: () => (stopping ??= stop()) };
}

/** tcpdump says that it listens on stderr, which has no line events: look every 20 ms, at most 10 s. */
async function until(done: () => boolean, process: LineStream, what: string): Promise<void> {
  const { setTimeout: delay } = await import('node:timers/promises');
  const ends: unknown[] = [];
  void process.exited.then((end) => ends.push(end));
  for (const started = performance.now(); !done(); await delay(20))
    if (ends.length > 0 || performance.now() - started > 10_000)
      throw new InfrastructureError(`${what}: not within 10 s; ${process.stderrTail().trim() || 'no output'}`);
}
