/** A kind node is a container: its host namespaces are reached by `docker exec`. */
import type { ClusterNode, ExecOptions, ExecResult, IpFamily, LineProcess } from '../cluster.ts';
import { execBehind, type Launcher, spawnBehind } from '../local-process.ts';
import type { NodeFacts } from '../node-facts.ts';
import { failedCommand } from '../node-facts.ts';
import { recordAction } from '../../run/record-action.ts';
import { docker } from './docker.ts';

export class KindNode implements ClusterNode {
  readonly name: string;
  readonly controlPlane: boolean;
  readonly addresses: Readonly<Partial<Record<IpFamily, string>>>;
  readonly podCidrs: readonly string[];
  readonly #launcher: Launcher;

  constructor(facts: NodeFacts) {
    this.name = facts.name;
    this.controlPlane = facts.controlPlane;
    this.addresses = facts.addresses;
    this.podCidrs = facts.podCidrs;
    this.#launcher = { where: `on node ${facts.name}`, prefix: ['docker', 'exec', '-i', facts.name] };
  }

  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult> {
    const stdin = options?.stdin;
    recordAction({ do: 'command', node: this.name, argv, ...(stdin === undefined ? {} : { stdin }) });
    return execBehind(this.#launcher, argv, options);
  }

  async run(argv: readonly string[], options?: ExecOptions): Promise<string> {
    const result = await this.exec(argv, options);
    if (result.code !== 0) throw failedCommand(this.name, argv, result);
    return result.stdout;
  }

  spawn(argv: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<LineProcess> {
    recordAction({ do: 'command', node: this.name, argv, kept: true });
    return spawnBehind(this.#launcher, argv, options);
  }

  async writeFile(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    const base64 = Buffer.from(content).toString('base64');
    recordAction({ do: 'write', node: this.name, path, mode, base64 });
    // Written beside and renamed, so that a reader (the container runtime watches its CNI folder) never sees half a file.
    const script = 'set -e; mkdir -p "$(dirname "$1")"; cat > "$1.new"; chmod "$2" "$1.new"; mv "$1.new" "$1"';
    await docker(['exec', '-i', this.name, 'sh', '-c', script, 'sh', path, mode.toString(8)], { input: content });
  }

  async readFile(path: string): Promise<Uint8Array> {
    return Buffer.from(await docker(['exec', this.name, 'base64', '-w0', path]), 'base64');
  }
}
