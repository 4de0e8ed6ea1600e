import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { pollUntil } from '../wait.ts';
import { connect, type Connection } from './connection.ts';
import { runPlugin } from './exec-plugin.ts';
import { type RecordedServer, recordServer } from './recorded-server.ts';

const apiVersion = 'client.authentication.k8s.io/v1';

describe('the login of a credential plugin', function () {
  // The first case loads the Kubernetes client.
  this.timeout(180_000);
  let folder = '';
  let server: RecordedServer;
  let opened: Connection | undefined;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'exec-login-'));
    server = await recordServer();
  });
  afterEach(async () => {
    opened?.close();
    opened = undefined;
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  /** Each run adds a line to `runs`; `$run` is their number. */
  function plugin(body: string): string {
    mkdirSync(join(folder, 'bin'), { recursive: true });
    const path = join(folder, 'bin/login');
    writeFileSync(path, `#!/bin/sh\ncd "${folder}"\necho x >> runs\nrun=$(grep -c x runs)\n${body}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  const answer = (status: string): string =>
    `printf '{"apiVersion":"${apiVersion}","kind":"ExecCredential","status":{%s}}' ${status}`;
  const runs = (): number => readFileSync(join(folder, 'runs'), 'utf8').trim().split('\n').length;

  async function open(exec: object): Promise<Connection> {
    const path = join(folder, 'config');
    const config = {
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: server.url } }],
      users: [{ name: 'u', user: { exec: { apiVersion, interactiveMode: 'Never', ...exec } } }],
    };
    writeFileSync(path, JSON.stringify(config));
    opened = await connect({ kubeconfig: path, insecureHttp: true });
    return opened;
  }
  const failure = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'did not fail', String);
  const get = (connection: Connection) => connection.request({ method: 'GET', path: '/x' });

  it('is done once for requests side by side and after each other, by a command beside the kubeconfig', async () => {
    plugin(answer(`'"token":"exec-login-token-'$run'"'`));
    const connection = await open({ command: './bin/login' });
    await Promise.all([get(connection), get(connection), get(connection)]);
    await get(connection);
    expect([server.logins(), runs()]).to.deep.equal([Array<string>(4).fill('Bearer exec-login-token-1'), 1]);
  });

  it('is done again when it has ended, and when the server refuses it', async () => {
    plugin(`case $run in 1) ends=',"expirationTimestamp":"2020-01-01T00:00:00Z"';; esac
${answer(`'"token":"exec-login-token-'$run'"'"$ends"`)}`);
    const connection = await open({ command: 'bin/login' });
    await get(connection);
    await get(connection);
    server.refuse('Bearer exec-login-token-2');
    await connection.request({ method: 'POST', path: '/x', body: {} });
    expect(server.logins().map((login) => login?.slice(-1))).to.deep.equal(['1', '2', '2', '3']);
    server.refuse('Bearer exec-login-token-3');
    server.refuse('Bearer exec-login-token-4');
    expect(await failure(get(connection)), 'one renewal a request').to.match(/^ApiError: GET \/x: 401/);
  });

  it('that fails is not tried again, and its words and install hint are told', async () => {
    plugin('echo "first sign in with the company" >&2; exit 3');
    const connection = await open({ command: 'bin/login', installHint: 'get it from the\nintranet' });
    expect(await failure(get(connection))).to.match(
      /login of its user failed: plugin .*bin\/login: it ended with 3, expected 0; it wrote: first sign in with the company; its install hint: get it from the\nintranet$/,
    );
    expect(runs()).to.equal(1);
    expect(await failure(get(await open({ command: 'no-such-login-plugin' })))).to.contain(
      'plugin no-such-login-plugin: there is no such program',
    );
    plugin('exit 1');
    expect(await failure(get(await open({ command: 'bin/login' })))).to.contain('it wrote nothing to stderr');
  });

  it('that waits is ended with what it started, within a deadline that names it', async () => {
    plugin('echo "open the page" >&2; sleep 600 & echo $! > sleeper; wait');
    const whole = { apiVersion, command: join(folder, 'bin/login'), interactiveMode: 'Never' };
    expect(await failure(runPlugin(whole, {}, 5000))).to.equal('Error: no answer within 5 s; it wrote: open the page');
    const pid = Number(readFileSync(join(folder, 'sleeper'), 'utf8'));
    const state = (): string => {
      try {
        return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
      } catch {
        return 'gone';
      }
    };
    await pollUntil(() => Promise.resolve(['Z', 'X', 'gone'].includes(state()) ? true : undefined), {
      what: 'what the plugin started has ended',
      timeoutMs: 10_000,
      intervalMs: 20,
    });
  });

  it('is told of the cluster where it asks for it', async () => {
    plugin(
      `printf %s "$KUBERNETES_EXEC_INFO" > info; printf %s "$OWN" >> info\n${answer(`'"token":"exec-login-token"'`)}`,
    );
    const command = { command: 'bin/login', env: [{ name: 'OWN', value: '!' }] };
    await get(await open({ ...command, provideClusterInfo: true }));
    const head = `{"apiVersion":"${apiVersion}","kind":"ExecCredential","spec":{"interactive":false`;
    expect(readFileSync(join(folder, 'info'), 'utf8')).to.equal(`${head},"cluster":{"server":"${server.url}"}}}!`);
    opened?.close();
    await get(await open(command));
    expect(readFileSync(join(folder, 'info'), 'utf8')).to.equal(`${head}}}!`);
  });

  it('is refused by what is wrong with its answer, which is not quoted', async () => {
    const cases: readonly (readonly [string, string])[] = [
      ['echo', 'it ended with 0 and answered nothing'],
      ['echo sown-answer', 'its answer is not JSON'],
      [`echo '{"kind":"sown-answer"}'`, 'its answer is no ExecCredential'],
      [answer(`'"user":"sown-answer"'`), 'its answer has no token and no certificate'],
      [answer(`'"clientKeyData":"sown-answer"'`), 'without the other'],
      [answer(`'"token":"sown-answer","expirationTimestamp":"soon"'`), 'is no time'],
      [answer(`'"token":"sown-answer"'`).replace('/v1', '/v1beta1'), `is not of ${apiVersion}`],
    ];
    for (const [body, why] of cases) {
      plugin(body);
      const text = await failure(get(await open({ command: 'bin/login' })));
      expect(text, body).to.contain(why).and.not.contain('sown');
      opened?.close();
    }
    const asks = { command: 'bin/login', interactiveMode: 'Always' };
    if (!process.stdin.isTTY)
      expect(await failure(get(await open(asks)))).to.contain('it asks at a terminal, and there is none');
  });
});
