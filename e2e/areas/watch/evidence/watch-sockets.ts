/** Sockets as `ss` lists them. Pure. */

export interface Socket {
  readonly local: string;
  readonly peer: string;
}

/** Established connections of one cell. The server's are unknown where something between the ends has connections of its own. */
export interface OpenSockets {
  readonly client: number;
  readonly server?: number;
}

/** Hosts of the lines of `ss -Htn state established`; IPv4 in IPv6 clothes is IPv4. */
export function parseSockets(text: string): readonly Socket[] {
  const host = (end: string): string =>
    end
      .replace(/:\d+$/, '')
      .replace(/^\[|\]$/g, '')
      .replace(/^::ffff:/, '');
  return text.split('\n').flatMap((line) => {
    const [, , local, peer] = line.trim().split(/\s+/);
    return local === undefined || peer === undefined ? [] : [{ local: host(local), peer: host(peer) }];
  });
}
