import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { inspect } from 'node:util';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { loadKubeconfig } from './load-kubeconfig.ts';

describe('a kubeconfig', () => {
  let folder = '';
  before(async () => void (folder = await mkdtemp(join(tmpdir(), 'staleproof-kubeconfig-'))));
  after(() => rm(folder, { recursive: true }));
  async function load(text: string, insecureHttp = false): Promise<unknown> {
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, text);
    try {
      return loadKubeconfig(new KubeConfig(), { kubeconfig, insecureHttp });
    } catch (error) {
      return error;
    }
  }

  it('is never quoted by an error', async () => {
    for (const value of [
      '"sown open quote',
      '*sown',
      '!sown x',
      '[sown',
      '{sown: sown, sown: x',
      '@sown',
      '"\\qsown"',
    ]) {
      const error = await load(`apiVersion: v1\nusers:\n- name: a\n  user:\n    password: ${value}\n`);
      expect(error, value).to.be.instanceOf(Error);
      expect(inspect(error, { depth: 9 }).replace(/\n +at [\s\S]*/, ''), value).to.not.include('sown');
      expect((error as Error).message).to.match(
        /^kubeconfig .*kubeconfig: it is no YAML: .* \(line \d+, column \d+\)$/,
      );
    }
  });

  it('sends no login over plain HTTP unless it was asked for', async () => {
    const config = (server: string, user: object): string =>
      JSON.stringify({
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server } }],
        users: [{ name: 'u', user }],
      });
    const logins = [
      { token: 'sown-plain-token' },
      { username: 'a', password: 'sown-plain-password' },
      { 'client-key-data': 'c293bi1vd24ta2V5', 'client-certificate-data': 'c293bi1vd24ta2V5' },
      { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'aws' } },
    ];
    for (const login of logins) {
      const error = (await load(config('http://user:sown@10.0.0.1:8080', login))) as Error;
      expect(error.name, JSON.stringify(login)).to.equal('UsageError');
      expect(error.message).to.match(
        /login of user "u" would go over plain HTTP to http:\/\/10.0.0.1:8080; .*--insecure-http/,
      );
      expect(await load(config('http://10.0.0.1:8080', login), true)).to.be.instanceOf(KubeConfig);
      expect(await load(config('https://10.0.0.1:8080', login))).to.be.instanceOf(KubeConfig);
    }
    expect(await load(config('http://127.0.0.1:8001', {})), 'kubectl proxy').to.be.instanceOf(KubeConfig);
  });

  it('that names no server to speak to is refused with its name', async () => {
    const config = (server: string): string =>
      JSON.stringify({
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'own', user: 'u' } }],
        clusters: [{ name: 'own', cluster: { server } }],
        users: [{ name: 'u', user: {} }],
      });
    for (const server of ['192.0.2.1:6443', 'api.example.org:6443', 'ftp://192.0.2.1', 'https://[2001:db8'])
      expect(String(await load(config(server))), server).to.equal(
        `Error: kubeconfig: server "${server}" of cluster "own" is no URL that begins with https:// or http://`,
      );
    expect(await load(config('HTTPS://[2001:db8::1]:6443/prefix'))).to.be.instanceOf(KubeConfig);
  });
});
