/** Reads kubeconfigs: what is secret in them is known to the redactor before anything can fail, and no error quotes them. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { keepKubeconfigSecrets, keepObjectSecrets } from '../../run/kubeconfig-secrets.ts';
import { keepBasicLogin, keepSecret, keepVerbatim, redact } from '../../run/redact.ts';
import { looksSecret } from '../../run/secret-forms.ts';
import { UsageError } from '../../run/usage-error.ts';
import { type ListedFile, loadListed, refuseDropped } from './listed-kubeconfigs.ts';
import { addLogins } from './logins.ts';

export interface KubeconfigSource {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  /** --insecure-http: a login may be sent over plain HTTP. */
  readonly insecureHttp?: boolean | undefined;
}

/** Throws Error that names the file and never quotes it, and UsageError where a login would be sent in clear text. */
export function loadKubeconfig(config: KubeConfig, source: KubeconfigSource): KubeConfig {
  const paths = pathsOf(source);
  for (const path of paths) registerFile(path);
  const isListed = source.kubeconfig !== undefined || isSetKubeconfig() || paths.some((path) => existsSync(path));
  let files: readonly ListedFile[] = [];
  try {
    // Without any file: a pod's own account.
    if (!isListed) config.loadFromDefault();
    else files = loadListed(config, () => new (config.constructor as new () => KubeConfig)(), paths);
    addLogins(config);
  } catch (error) {
    // eslint-disable-next-line preserve-caught-error -- an error of a YAML parser carries the lines around the mistake
    throw new Error(`kubeconfig ${paths.join(', ')}: ${whyUnreadable(error)}`);
  }
  keepObjectSecrets({ users: config.users, clusters: config.clusters }, dirname(paths[0] ?? '.'));
  if (source.context !== undefined) {
    if (config.getContextObject(source.context) === null) {
      const known = config.getContexts().map((context) => context.name);
      throw new Error(
        `kubeconfig has no context "${source.context}"; it has: ${shortened(known.join(', '), 500) || 'none'}`,
      );
    }
    config.setCurrentContext(source.context);
  }
  if (isListed) refuse(() => refuseDropped(config, files));
  refuseServer(config);
  refusePlainLogin(config, source.insecureHttp ?? false);
  return config;
}

/** Says what is the caller's mistake before anything is made; what is wrong with the files or the cluster is said later. */
export async function refuseUsageOf(source: KubeconfigSource): Promise<void> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  try {
    loadKubeconfig(new KubeConfig(), source);
  } catch (error) {
    if (error instanceof UsageError) throw error;
  }
}

/** Registers what a login puts into a request: tokens of plugins and token files stand in no kubeconfig. */
export function keepLogin(login: { readonly [name: string]: unknown }): void {
  const headers = login['headers'] as Readonly<Record<string, unknown>> | undefined;
  const authorization = headers?.['Authorization'];
  if (typeof authorization === 'string') {
    const [, scheme = '', credential = authorization] = /^(\w+)\s+(.*)$/.exec(authorization) ?? [];
    keepSecret(credential);
    const pair = scheme.toLowerCase() === 'basic' ? Buffer.from(credential, 'base64').toString('utf8') : '';
    if (pair.includes(':')) keepBasicLogin(pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1));
  }
  for (const pem of [login['key'], login['cert']])
    if (typeof pem === 'string' || Buffer.isBuffer(pem))
      keepVerbatim(
        ...pem
          .toString()
          .split(/\r?\n/)
          .filter((line) => line.length >= 16 && !line.startsWith('---')),
      );
}

/** A login that failed is not tried again: each try may ask a person. */
export class LoginError extends Error {
  override readonly name = 'LoginError';
}

/**
 * What a login said when it failed, without what a plugin printed as its answer: that may be the token itself. What it printed as
 * its error is told, but for words that look like a credential: nobody else knows what it was about to give.
 */
export function loginError(error: unknown, context: string): LoginError {
  const said = redact(messageOf(error)).replace(/[\w.~+/-]{12,}=*/g, (word) =>
    looksSecret(word) ? '[redacted]' : word,
  );
  const message = error instanceof SyntaxError ? 'its answer is not JSON' : said;
  return new LoginError(`kubeconfig context "${context}": the login of its user failed: ${message}`);
}

function isSetKubeconfig(): boolean {
  return (process.env['KUBECONFIG'] ?? '').split(delimiter).some((path) => path !== '');
}

/** Each mistake in a kubeconfig begins with that word. */
function refuse(look: () => void): void {
  try {
    look();
  } catch (error) {
    throw new Error(`kubeconfig: ${messageOf(error)}`, { cause: error });
  }
}

function pathsOf({ kubeconfig }: KubeconfigSource): readonly string[] {
  if (kubeconfig !== undefined) return [kubeconfig];
  const listed = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  return listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')];
}

function registerFile(path: string): void {
  try {
    keepKubeconfigSecrets(readFileSync(path, 'utf8'), dirname(path));
  } catch {
    // What cannot be read is said by who loads it.
  }
}

/** Only words of the parser itself: behind them it quotes aliases, tags and keys, and below them the text. */
function whyUnreadable(error: unknown): string {
  const { reason, mark, code } = error as {
    readonly reason?: string;
    readonly mark?: { readonly line: number; readonly column: number };
    readonly code?: string;
  };
  if (mark !== undefined) {
    const words = /^[a-z][a-z ,-]*/i.exec(reason ?? '')?.[0].trim() ?? 'it cannot be parsed';
    return `it is no YAML: ${words} (line ${mark.line + 1}, column ${mark.column + 1})`;
  }
  if (code !== undefined) return `it cannot be read (${code})`;
  return shortened(redact(messageOf(error).split('\n')[0] ?? ''), 500);
}

/** Names come from files of others, and may be of any length. */
function shortened(text: string, most = 100): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}

/** kubectl guesses a scheme where there is none; a guess may be another port's. */
function refuseServer(config: KubeConfig): void {
  const { name, server } = config.getCurrentCluster() ?? {};
  // That there is none is said by who connects.
  if (server === undefined || (/^https?:\/\//i.test(server) && URL.canParse(server))) return;
  const shown = shortened(redact(server.replace(/\/\/[^/@]*@/, '//')));
  throw new Error(
    `kubeconfig: server "${shown}" of cluster "${shortened(name ?? '')}" is no URL that begins with https:// or http://`,
  );
}

/** A token that went over plain HTTP is known to everybody on the way. `kubectl proxy` needs none. */
function refusePlainLogin(config: KubeConfig, allowed: boolean): void {
  const server = config.getCurrentCluster()?.server ?? '';
  const user = config.getCurrentUser();
  if (allowed || user === null || !/^http:\/\//i.test(server)) return;
  const { name, ...login } = user;
  const used = Object.entries(login).filter(([key, value]) => key !== 'impersonateUser' && isSet(value));
  if (used.length === 0) return;
  const shown = server.replace(/\/\/[^/@]*@/, '//');
  throw new UsageError(
    `kubeconfig context "${shortened(config.getCurrentContext())}": the login of user "${shortened(name)}" would go over plain HTTP to ${shortened(shown)}; use https, a context whose user has no login (as for kubectl proxy), or --insecure-http where nobody can listen`,
  );
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && value !== false;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
