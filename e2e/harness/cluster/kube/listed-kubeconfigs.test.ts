import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { seededRandom } from '../../run/seeded-random.ts';
import { loadListed, refuseDropped } from './listed-kubeconfigs.ts';
import { loadKubeconfig } from './load-kubeconfig.ts';
import { TokenFile } from './token-file.ts';

const cluster = (name: string, server: string) => ({ name, cluster: { server } });
const user = (name: string, login: object) => ({ name, user: login });
const context = (name: string, of: string, who?: string) => ({
  name,
  context: { cluster: of, ...(who !== undefined && { user: who }) },
});
const file = (parts: object): string => JSON.stringify({ apiVersion: 'v1', kind: 'Config', ...parts });

/** kubectl writes null for none. */
function entries(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? (list as readonly unknown[]) : [];
}

/** As kubectl: which server, as which context and user, with which header. */
interface Seen {
  readonly server: string | undefined;
  readonly context: string;
  readonly user: string | undefined;
  readonly authorization: string | undefined;
}

describe('listed kubeconfigs', function () {
  this.timeout(240_000);
  let folder = '';
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'listed-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function put(path: string, text: string): string {
    const whole = join(folder, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
    return whole;
  }

  async function seen(paths: readonly string[]): Promise<Seen> {
    const config = new KubeConfig();
    refuseDropped(
      config,
      loadListed(config, () => new KubeConfig(), paths),
    );
    config.addAuthenticator(new TokenFile());
    const login: { headers?: Record<string, string> } = {};
    await config.applyToHTTPSOptions(login);
    const who = config.getCurrentUser()?.name;
    return {
      server: config.getCurrentCluster()?.server,
      context: config.getCurrentContext(),
      user: who?.startsWith('nobody (') === true ? undefined : who,
      authorization: login.headers?.['Authorization'],
    };
  }

  it('give what the first file says, and nothing of a second entry of that name', async () => {
    const first = file({
      'current-context': 'one',
      contexts: [context('one', 'c', 'u')],
      clusters: [cluster('c', 'https://192.0.2.1:6443')],
      users: [user('u', {})],
    });
    const second = file({
      'current-context': 'two',
      contexts: [context('two', 'c', 'u'), context('one', 'd', 'u')],
      clusters: [cluster('c', 'https://192.0.2.2:6443'), cluster('d', 'https://192.0.2.3:6443')],
      users: [user('u', { token: 'listed-login-of-second' })],
    });
    expect(await seen([put('a', first), put('b', second)])).to.deep.equal({
      server: 'https://192.0.2.1:6443',
      context: 'one',
      user: 'u',
      authorization: undefined,
    });
  });

  it('are put together of parts; a file that is missing or empty gives nothing', async () => {
    const paths = [
      join(folder, 'missing'),
      put('empty', ''),
      put('contexts', file({ 'current-context': 'x', contexts: [context('x', 'c', 'u')] })),
      put('clusters', `\uFEFF${file({ clusters: [cluster('c', 'https://[2001:db8::1]:6443/prefix')] })}`),
      put('users', 'users:\r\n- name: u\r\n  user: {token: listed-login-token-of-parts}\r\n'),
    ];
    expect(await seen(paths)).to.deep.equal({
      server: 'https://[2001:db8::1]:6443/prefix',
      context: 'x',
      user: 'u',
      authorization: 'Bearer listed-login-token-of-parts',
    });
    const refused = (): unknown => loadListed(new KubeConfig(), () => new KubeConfig(), paths.slice(0, 2));
    expect(refused).to.throw('none of these files is there, or all are empty');
  });

  it('read a token from the file that is named beside them, before a token, and again when it is renewed', async () => {
    const login = { token: 'listed-login-stale-token', tokenFile: 'secrets/token' };
    const parts = { contexts: [context('x', 'c', 'u')], clusters: [cluster('c', 'https://192.0.2.1')] };
    const path = put('deep/config', file({ 'current-context': 'x', ...parts, users: [user('u', login)] }));
    put('deep/secrets/token', 'listed-login-fresh-token\n');
    expect(await seen([path])).to.include({ authorization: 'Bearer listed-login-fresh-token' });
    put('deep/secrets/token', ' \n');
    expect(await seen([path]).catch(String)).to.match(/^Error: tokenFile .*deep\/secrets\/token: it is empty$/);
  });

  it('keep the authority of a cluster whose context names no user', async () => {
    const authority = { server: 'https://192.0.2.1', 'certificate-authority-data': 'Q0E=' };
    const path = put(
      'a',
      file({ 'current-context': 'x', contexts: [context('x', 'c')], clusters: [{ name: 'c', cluster: authority }] }),
    );
    const config = new KubeConfig();
    loadListed(config, () => new KubeConfig(), [path]);
    const login: { ca?: Buffer } = {};
    await config.applyToHTTPSOptions(login);
    expect(String(login.ca)).to.equal('CA');
  });

  it('refuse by name what would not be sent', () => {
    const parts = { contexts: [context('x', 'c', 'u')], clusters: [cluster('c', 'https://192.0.2.1')] };
    for (const field of ['as-groups', 'as-user-extra', 'as-uid']) {
      const path = put(
        field,
        file({ 'current-context': 'x', ...parts, users: [user('u', { as: 'me', [field]: ['g'] })] }),
      );
      expect(() => loadKubeconfig(new KubeConfig(), { kubeconfig: path })).to.throw(
        `kubeconfig: user "u" of ${path} has ${field}, which would not be sent`,
      );
    }
    const path = put('nobody', file({ 'current-context': 'x', ...parts }));
    expect(() => loadKubeconfig(new KubeConfig(), { kubeconfig: path })).to.throw('names a user that no file has: "u"');
  });

  /** Files whose entries repeat, each of them in one file, several or none. */
  function generated(seed: number): readonly string[] {
    const next = seededRandom(seed);
    const pick = (below: number): number => Math.floor(next() * below);
    const some = <T>(make: (name: string, index: number) => T): T[] =>
      ['p', 'q', 'r'].flatMap((name, index) => (pick(3) === 0 ? [] : [make(name, index)]));
    const all = Array.from({ length: 3 }, (_, index) => {
      const at = `${seed}-${index}`;
      const parts = {
        ...(pick(2) === 0 && { 'current-context': 'p' }),
        contexts: some((name) => context(name, 'pqr'[pick(3)] ?? 'p', ['p', 'q', undefined][pick(3)])),
        clusters: some((name) => cluster(name, `https://192.0.2.${index + 1}:${6000 + pick(100)}/${name}`)),
        users: some((name) => user(name, pick(3) === 0 ? {} : { token: `listed-login-${name}-${at}-token` })),
      };
      return put(at, pick(6) === 0 ? '' : file(parts));
    });
    return pick(4) === 0 ? [join(folder, 'missing'), ...all] : all;
  }

  it('are those that kubectl sees, in 60 lists of damaged and whole files', async function () {
    const run = promisify(execFile);
    const kubectl = (paths: readonly string[]) =>
      run('kubectl', ['config', 'view', '--minify', '--flatten', '--raw', '-o', 'json'], {
        env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: folder, KUBECONFIG: paths.join(':') },
      });
    try {
      await run('kubectl', ['version', '--client']);
    } catch {
      this.skip();
    }
    let compared = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const paths = generated(seed);
      const ours = await seen(paths).catch((error: unknown) => String(error));
      const theirs = await kubectl(paths).then(
        ({ stdout }) => JSON.parse(stdout) as Readonly<Record<string, unknown>>,
        () => undefined,
      );
      // What kubectl shows of a context is more than a request can be made of.
      const [one] = entries(theirs?.['clusters']) as readonly ReturnType<typeof cluster>[];
      if (theirs === undefined || one === undefined || typeof ours === 'string') {
        if (typeof ours === 'string') expect(ours, `seed ${seed}`).to.match(/none of these files|no file has/);
        else expect(ours.server, `seed ${seed}`).to.equal(undefined);
        continue;
      }
      const [who] = entries(theirs['users']) as readonly {
        readonly name: string;
        readonly user: { readonly token?: string };
      }[];
      compared += 1;
      expect(ours, `seed ${seed}`).to.deep.equal({
        server: one.cluster.server,
        context: theirs['current-context'],
        user: who?.name,
        authorization: who?.user.token === undefined ? undefined : `Bearer ${who.user.token}`,
      });
    }
    expect(compared).to.be.above(15);
  });
});
