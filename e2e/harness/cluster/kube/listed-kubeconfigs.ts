/**
 * Several kubeconfigs as one, as kubectl reads them: the first file that has an entry or a current context gives it, a file that is
 * not there or empty gives nothing, and paths in a file begin in its folder. What client-node would drop of the login is honoured,
 * or refused by name: another login is another cluster's answer.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { load } from 'js-yaml';
import { execLoginOf } from './exec-login.ts';
import { tokenFileLogin } from './token-file.ts';

type Entries = readonly { readonly name: string }[];
type Raw = Readonly<Record<string, unknown>>;

/** Of a user, kubectl sends them and client-node does not. */
const notSent = ['as-uid', 'as-groups', 'as-user-extra'];
const anonymous = 'nobody (the context names no user)';

/** A file as it was parsed: with what client-node drops. */
export interface ListedFile {
  readonly path: string;
  readonly raw: Raw | undefined;
}

/** `empty` makes a KubeConfig. Throws what a parser or the file system throws, and Error that begins with the file's path. */
export function loadListed(
  config: KubeConfig,
  empty: () => KubeConfig,
  paths: readonly string[],
): readonly ListedFile[] {
  const files = paths.flatMap((path) => {
    const text = textOf(path);
    if (text === undefined || text.trim() === '') return [];
    const one = empty();
    one.loadFromFile(path);
    return [{ path, one, raw: load(text) as Raw | undefined }];
  });
  if (files.length === 0) throw new Error('none of these files is there, or all are empty');
  config.loadFromOptions({
    clusters: firstOfEach(files.map(({ one }) => one.clusters)),
    contexts: firstOfEach(files.map(({ one }) => one.contexts)),
    users: firstOfEach(
      files.map(({ path, one, raw }) =>
        one.users.map((user) => ({
          ...user,
          ...execLoginOf(user.exec, dirname(resolve(path))),
          ...tokenFileLogin(rawUser(raw, user.name)['tokenFile'], dirname(path)),
        })),
      ),
    ),
    currentContext: files.map(({ one }) => one.currentContext as string | undefined).find((one) => one) ?? '',
  });
  config.contexts = config.contexts.map((context) => (context.user ? context : { ...context, user: anonymous }));
  // client-node takes the authority of a cluster only together with a user.
  config.users = [...config.users, { name: anonymous }];
  return files;
}

/** Throws where something of the current context's login cannot be honoured. */
export function refuseDropped(config: KubeConfig, files: readonly ListedFile[]): void {
  const name = config.getContextObject(config.getCurrentContext())?.user;
  if (name === undefined || name === anonymous) return;
  if (config.getUser(name) === null)
    throw new Error(`context "${config.getCurrentContext()}" names a user that no file has: "${shortened(name)}"`);
  for (const { path, raw } of files) {
    if (!hasUser(raw, name)) continue;
    const dropped = notSent.filter((field) => rawUser(raw, name)[field] !== undefined);
    if (dropped.length > 0)
      throw new Error(
        `user "${shortened(name)}" of ${path} has ${dropped.join(', ')}, which would not be sent; use a user without, or \`as\` alone`,
      );
    return;
  }
}

/**
 * Names come from files of others: of any length, of any type, and in a damaged file with a piece of what stood beside them, which
 * may be a secret. Only what looks like a name is quoted.
 */
function shortened(name: unknown): string {
  const text = String(name);
  return /^[\w.@:/+-]{1,100}$/.test(text) ? text : `(${text.length} characters that are no name)`;
}

function firstOfEach<T extends Entries[number]>(lists: readonly (readonly T[])[]): T[] {
  const seen = new Map<string, T>();
  for (const entry of lists.flat()) if (!seen.has(entry.name)) seen.set(entry.name, entry);
  return [...seen.values()];
}

function usersOf(raw: Raw | undefined): readonly Raw[] {
  return Array.isArray(raw?.['users']) ? (raw['users'] as readonly Raw[]) : [];
}

function hasUser(raw: Raw | undefined, name: string): boolean {
  return usersOf(raw).some((user) => user['name'] === name);
}

function rawUser(raw: Raw | undefined, name: string): Raw {
  const found = usersOf(raw).find((user) => user['name'] === name)?.['user'];
  return typeof found === 'object' && found !== null ? (found as Raw) : {};
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(resolve(path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
