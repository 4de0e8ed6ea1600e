/** A login whose token stands in a file that somebody else renews: `tokenFile` of a kubeconfig, which client-node drops. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { KubeConfig, User } from '@kubernetes/client-node';
import { keepSecret } from '../../run/redact.ts';

type Authenticator = Parameters<KubeConfig['addAuthenticator']>[0];

const provider = 'staleproof-token-file';
/** As client-go: a renewed token is found within a minute. */
const freshMs = 60_000;

/** Fields of a user for `tokenFile`, which begins in `folder`; it goes before a token. Nothing without one. */
export function tokenFileLogin(tokenFile: unknown, folder: string): Partial<User> {
  if (typeof tokenFile !== 'string' || tokenFile === '') return {};
  return { token: '', authProvider: { name: provider, config: { path: resolve(folder, tokenFile) } } };
}

/** The path in an `auth-provider` that `tokenFileLogin` made. */
export function tokenFileOf(authProvider: unknown): string | undefined {
  const { name, config } = (authProvider ?? {}) as { name?: string; config?: { path?: string } };
  return name === provider ? config?.path : undefined;
}

export class TokenFile implements Authenticator {
  #token = '';
  #readAt = -Infinity;

  isAuthProvider(user: User): boolean {
    return tokenFileOf(user.authProvider) !== undefined;
  }

  /** The next request reads the file: the server did not take the last token. */
  forget(): void {
    this.#readAt = -Infinity;
  }

  /** Throws Error that names the file. Once there was a token, a file that cannot be read for a moment ends nothing. */
  async applyAuthentication(user: User, options: { headers?: unknown }): Promise<void> {
    if (performance.now() - this.#readAt > freshMs) this.#read(tokenFileOf(user.authProvider) ?? '');
    options.headers = { ...(options.headers as object), Authorization: `Bearer ${this.#token}` };
    await Promise.resolve();
  }

  #read(path: string): void {
    try {
      const token = readFileSync(path, 'utf8').trim();
      if (token === '') throw new Error('it is empty');
      keepSecret(token);
      this.#token = token;
      this.#readAt = performance.now();
    } catch (error) {
      if (this.#token !== '') return;
      const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      throw new Error(`tokenFile ${path}: ${why}`, { cause: error });
    }
  }
}
