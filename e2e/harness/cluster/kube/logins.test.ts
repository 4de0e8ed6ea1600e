import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { connect } from './connection.ts';
import { type RecordedServer, recordServer } from './recorded-server.ts';

const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' };
const exec = {
  apiVersion: credential.apiVersion,
  command: 'sh',
  args: ['-c', `echo '${JSON.stringify({ ...credential, status: { token: 'logins-test-of-exec' } })}'`],
  interactiveMode: 'Never',
};
const users: Readonly<Record<string, object>> = {
  token: { token: 'logins-test-of-token' },
  tokenFile: { tokenFile: 'file', token: 'logins-test-stale' },
  basic: { username: 'me', password: 'logins-test-password' },
  impersonated: { token: 'logins-test-of-token', as: 'somebody' },
  exec: { exec },
};

describe('logins', function () {
  this.timeout(180_000);
  let folder = '';
  let server: RecordedServer;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'logins-'));
    writeFileSync(join(folder, 'file'), 'logins-test-of-file\n');
    // kubectl sends no login over plain HTTP.
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
    const files = ['-keyout', key, '-out', cert, '-subj', '/CN=recorded', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const kind = ['-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    await promisify(execFile)('openssl', ['req', ...kind, ...files]);
    server = await recordServer({ key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') });
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  function kubeconfig(user: object): string {
    const path = join(folder, 'config');
    const config = {
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c', users: [{ name: 'u', user }] },
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: server.url, 'certificate-authority': 'cert' } }],
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  }
  const sent = (): object => {
    const { authorization, ...headers } = server.headers.at(-1) ?? {};
    return { authorization, as: headers['impersonate-user'] };
  };

  async function ours(path: string): Promise<{ sent: object; text: string }> {
    const connection = await connect({ kubeconfig: path });
    try {
      await connection.request({ method: 'GET', path: '/x' });
      return { sent: sent(), text: connection.kubeconfigText() };
    } finally {
      connection.close();
    }
  }

  it('are those of kubectl, also from the kubeconfig that is written for others', async function () {
    const kubectl = promisify(execFile);
    const options = { env: { PATH: process.env['PATH'], HOME: folder }, timeout: 40_000 };
    try {
      await kubectl('kubectl', ['version', '--client'], options);
    } catch {
      this.skip();
    }
    for (const [name, user] of Object.entries(users)) {
      const path = kubeconfig(user);
      const seen = await ours(path);
      for (const text of [undefined, seen.text]) {
        // In another folder, as the copies of a run are.
        const other = join(mkdtempSync(join(folder, 'copy-')), 'config');
        if (text !== undefined) writeFileSync(other, text);
        const before = server.headers.length;
        await kubectl('kubectl', ['--kubeconfig', text === undefined ? path : other, 'get', '--raw', '/x'], options);
        expect(server.headers.length, name).to.be.above(before);
        expect(sent(), `${name}, ${text === undefined ? 'as given' : 'as written'}`).to.deep.equal(seen.sent);
        if (text !== undefined) expect((await ours(other)).sent, `${name}, written and read`).to.deep.equal(seen.sent);
      }
    }
  });

  it('of a token file are read again when the server refuses the token', async () => {
    const connection = await connect({ kubeconfig: kubeconfig(users['tokenFile'] ?? {}) });
    await connection.request({ method: 'GET', path: '/x' });
    server.refuse('Bearer logins-test-of-file');
    writeFileSync(join(folder, 'file'), 'logins-test-rotated\n');
    await connection.request({ method: 'GET', path: '/x' });
    connection.close();
    expect(sent()).to.include({ authorization: 'Bearer logins-test-rotated' });
  });
});
