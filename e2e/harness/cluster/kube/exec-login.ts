/**
 * The login of a credential plugin (`exec` of a kubeconfig), as client-go does it. client-node's own asks the plugin for each request
 * where the answer has no end, waits for ever, hides prompts and tells the plugin nothing of the cluster.
 */
import { isAbsolute, resolve } from 'node:path';
import type { KubeConfig, User } from '@kubernetes/client-node';
import { keepSecret, keepVerbatim } from '../../run/redact.ts';
import { type Credential, credentialIn } from './exec-credential.ts';
import { type ExecPlugin, runPlugin } from './exec-plugin.ts';

type Authenticator = Parameters<KubeConfig['addAuthenticator']>[0];

const provider = 'staleproof-exec';
/** Fields of a user for a plugin, whose command begins in `folder` where it is a relative path. Nothing without one. */
export function execLoginOf(exec: unknown, folder: string): Partial<User> {
  if (typeof exec !== 'object' || exec === null) return {};
  const { command } = exec as ExecPlugin;
  const isPath = typeof command === 'string' && command.includes('/') && !isAbsolute(command);
  const plugin = isPath ? { ...exec, command: resolve(folder, command) } : exec;
  return { exec: undefined, authProvider: { name: provider, config: { plugin } } };
}

/** The plugin of an `auth-provider` that `execLoginOf` made. */
export function execPluginOf(authProvider: unknown): ExecPlugin | undefined {
  const { name, config } = (authProvider ?? {}) as { name?: string; config?: { plugin?: ExecPlugin } };
  return name === provider ? config?.plugin : undefined;
}

export class ExecLogin implements Authenticator {
  readonly #clusterInfo: () => object;
  readonly #withinMs: number | undefined;
  #held: Credential | undefined;
  #asked: Promise<Credential> | undefined;

  /** @param clusterInfo what a plugin that asks for it is told @param withinMs for tests */
  constructor(clusterInfo: () => object, withinMs?: number) {
    this.#clusterInfo = clusterInfo;
    this.#withinMs = withinMs;
  }

  isAuthProvider(user: User): boolean {
    return execPluginOf(user.authProvider) !== undefined;
  }

  /** The next request logs in again: the server did not take the last one. */
  forget(): void {
    this.#held = undefined;
  }

  /** Throws Error that names the plugin, with what it wrote to stderr and its install hint. */
  async applyAuthentication(user: User, options: { headers?: unknown; cert?: unknown; key?: unknown }): Promise<void> {
    const plugin = execPluginOf(user.authProvider);
    if (plugin === undefined) throw new Error(`user "${user.name}" has no credential plugin`);
    const { token, certificate, key } = await this.#credential(plugin);
    if (token !== undefined) options.headers = { ...(options.headers as object), Authorization: `Bearer ${token}` };
    if (certificate !== undefined) Object.assign(options, { cert: certificate, key });
  }

  /** Requests side by side share one login. */
  #credential(plugin: ExecPlugin): Promise<Credential> {
    const held = this.#held;
    if (held !== undefined && (held.endsAt === undefined || held.endsAt > Date.now())) return Promise.resolve(held);
    this.#asked ??= this.#ask(plugin).finally(() => (this.#asked = undefined));
    return this.#asked;
  }

  async #ask(plugin: ExecPlugin): Promise<Credential> {
    try {
      const answer = await runPlugin(plugin, this.#clusterInfo(), this.#withinMs);
      this.#held = credentialIn(answer, plugin.apiVersion);
    } catch (error) {
      const hint = plugin.installHint === undefined ? '' : `; its install hint: ${plugin.installHint.trim()}`;
      throw new Error(`plugin ${plugin.command}: ${(error as Error).message}${hint}`, { cause: error });
    }
    const { token, key } = this.#held;
    if (token !== undefined) keepSecret(token);
    if (key !== undefined)
      keepVerbatim(...key.split(/\r?\n/).filter((line) => line.length >= 16 && !line.startsWith('---')));
    return this.#held;
  }
}
