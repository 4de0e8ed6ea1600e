/** Takes names and addresses out of what leaves the house. The same name gets the same word everywhere, so that a reader can follow. */
import { isIPv6 } from 'node:net';

/** Everybody's cluster has these: they tell nothing. */
const everywhere = new Set(['', 'default', 'kube-system', 'kube-public', 'kube-node-lease', 'kubernetes', 'kube-dns']);
const ipv4 = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)/g;
/** Whatever could be one; Node knows. */
const ipv6 = /(?<![\w:.])[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*[0-9a-f:](?![\w:])/gi;
const quotedUser = /\b(User|user|group|serviceaccount) "([^"]+)"/g;
/** A host in front of a path or a port: registries in image names, API servers in errors. */
const host = /(?<![\w./-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?=[:/])(?!\/\/)/gi;
/** Projects' own registries and pages are no secret, and links stay usable. */
const publicHosts =
  /^(github\.com|registry\.k8s\.io|docker\.io|quay\.io|ghcr\.io|gcr\.io|gke\.gcr\.io|public\.ecr\.aws|mcr\.microsoft\.com|kubernetes\.io|(rbac|discovery|networking)\.(authorization\.)?k8s\.io)$/i;

export class Anonymiser {
  readonly #words = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** Registers a name; `kind` is what stands in its place: `node-3`. */
  keep(kind: string, name: string): string {
    if (everywhere.has(name)) return name;
    const known = this.#words.get(name);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const word = `${kind}-${count}`;
    this.#words.set(name, word);
    return word;
  }

  /** Replaces every registered name, and whatever looks like an address, a host or a user. */
  text(text: string): string {
    const users = text.replace(quotedUser, (_, kind: string, name: string) => `${kind} "${this.keep('user', name)}"`);
    return this.names(users)
      .replace(ipv4, (address) => this.keep('address', address))
      .replace(ipv6, (address) => (isIPv6(address) ? this.keep('address', address) : address))
      .replace(host, (name) => (publicHosts.test(name) ? name : this.keep('host', name)));
  }

  /** Replaces every registered name and nothing else: for text that has to work as it stands. */
  names(text: string): string {
    let plain = text;
    // Longest first: `web` must not break `web-2`.
    for (const [name, word] of [...this.#words].sort(([a], [b]) => b.length - a.length))
      plain = plain.replaceAll(new RegExp(`(?<![\\w.-])${escaped(name)}(?![\\w-]|\\.\\w)`, 'g'), word);
    return plain;
  }

  /** Every string in a value of plain data. */
  data<T>(value: T): T {
    if (typeof value === 'string') return this.text(value) as T;
    if (Array.isArray(value)) return value.map((one) => this.data(one as unknown)) as T;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.data(inner as unknown)])) as T;
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
