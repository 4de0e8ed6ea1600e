/** A TCP relay that delivers every piece late, and a rule that sends this machine's connections to a port through it. */
import { createServer, connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { execa } from 'execa';

const table = 'staleproof_flake';

export interface SlowLink {
  readonly port: number;
  close(): Promise<void>;
}

/** @param oneWayMs how late each piece is, in each direction */
export async function openSlowLink(
  to: { readonly host: string; readonly port: number },
  oneWayMs: number,
): Promise<SlowLink> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to);
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
    relay(near, far, oneWayMs);
    relay(far, near, oneWayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function relay(from: Socket, to: Socket, ms: number): void {
  from.on('data', (chunk) => void setTimeout(() => to.writable && to.write(chunk), ms));
  from.on('end', () => void setTimeout(() => to.end(), ms));
  // A reset is passed on as one.
  from.on('error', () => to.resetAndDestroy());
}

/** Connections of this machine to 127.0.0.1:`port` go to `link` from now on. Needs root. Returns the way back. */
export async function redirect(port: number, link: SlowLink): Promise<() => Promise<void>> {
  const rules = `table ip ${table} {
  chain output {
    type nat hook output priority -150;
    ip daddr 127.0.0.1 tcp dport ${port} redirect to :${link.port}
  }
}
`;
  await execa('nft', ['-f', '-'], { input: rules });
  return async () => {
    await execa('nft', ['delete', 'table', 'ip', table], { reject: false });
  };
}
