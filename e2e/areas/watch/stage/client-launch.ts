/** One process of a client for all of its targets: writes its configuration and starts it in the client's namespace. */
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import type { LineStream } from '../../../harness/cluster/line-process.ts';
import { runInNetns, type Ground } from './idle-load-balancer-netns.ts';
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';
import type { ClientSubject } from '../subjects/client-subject.ts';

export interface ClientTarget {
  /** Comes back in every line of the program. */
  readonly cell: string;
  readonly host: string;
  readonly port: number;
  /** For clients of the API. */
  readonly kubeconfig?: string;
  readonly namespace?: string;
}

export interface Launch {
  readonly client: ClientSubject;
  readonly targets: readonly ClientTarget[];
  readonly netns: string;
  readonly folder: string;
  /** Further keys of the configuration: `pollSeconds`. */
  readonly more?: Readonly<Record<string, string | number | boolean>>;
}

/** Starts the program. Throws InfrastructureError when the client cannot run here; ask command() first. */
export async function launchClient(
  ground: Ground,
  { client, targets, netns, folder, more }: Launch,
): Promise<LineStream> {
  const { literal } = client;
  const command = client.command();
  if (!('argv' in command)) throw new InfrastructureError(`${literal.name}: ${command.unavailable}`);
  const path = join(folder, `${literal.name.replace(/[^a-z0-9.]+/gi, '-')}.json`);
  const { program } = literal;
  const cli = program.kind === 'curl' || program.kind === 'kubectl';
  const tool = command.argv.at(-1) ?? '';
  const configuration = cli
    ? {
        format: program.kind === 'curl' ? 'ticks' : 'watch-events',
        targets: targets.map((target) => ({ cell: target.cell, argv: [tool, ...cliArguments(program, target)] })),
      }
    : { ...literal.config, ...more, targets };
  await writeFile(path, JSON.stringify(configuration, null, 2));
  const argv = [...(cli ? command.argv.slice(0, -1) : command.argv), path];
  return runInNetns(ground, netns, argv, { name: literal.name, env: literal.env });
}

function cliArguments(
  program: { readonly kind: 'curl' | 'kubectl'; readonly arguments: readonly string[] },
  { host, port, kubeconfig = '', namespace = '' }: ClientTarget,
): readonly string[] {
  if (program.kind === 'kubectl')
    return [
      '--kubeconfig',
      kubeconfig,
      '-n',
      namespace,
      'get',
      'configmaps',
      '--watch',
      '--output-watch-events',
      '-o',
      'json',
      ...program.arguments,
    ];
  const address = host.includes(':') ? `[${host}]` : host;
  return ['--silent', '--show-error', '--no-buffer', '--http0.9', ...program.arguments, `http://${address}:${port}/`];
}
