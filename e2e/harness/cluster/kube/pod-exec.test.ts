import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { pollUntil } from '../wait.ts';
import { ApiError, ExecTransportError } from './api-error.ts';
import { connect, type Connection } from './connection.ts';
import { FakeApiServer } from './fake-api-server.ts';
import { execInPod, spawnInPod } from './pod-exec.ts';

const pod = { namespace: 'ns', name: 'pod', container: 'main' };

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error('did not fail'),
    (error: unknown) => error as Error,
  );
}

async function gone(pid: number): Promise<void> {
  await pollUntil(() => Promise.resolve(alive(pid) ? undefined : true), {
    what: `process ${pid} is gone`,
    timeoutMs: 3_000,
    intervalMs: 20,
  });
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('exec in a pod', function () {
  this.timeout(60_000);
  let fake: FakeApiServer;
  let connection: Connection;
  const pidFile = join(tmpdir(), `staleproof-exec-${process.pid}`);
  beforeEach(async () => {
    fake = await FakeApiServer.start('exec-token');
    connection = await connect({ insecureHttp: true, kubeconfig: fake.kubeconfig });
  });
  afterEach(async () => {
    connection.close();
    await fake.stop();
    await rm(pidFile, { force: true });
  });
  const pidOf = async (): Promise<number> =>
    pollUntil(async () => Number(await readFile(pidFile, 'utf8').catch(() => '')) || undefined, {
      what: 'pid file',
      timeoutMs: 3_000,
      intervalMs: 20,
    });

  it('gives the exit code and keeps the streams apart', async () => {
    const result = await execInPod(connection, pod, ['sh', '-c', 'echo out; echo err >&2; exit 3']);
    expect(result).to.include({ code: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('passes arguments unchanged and ends stdin', async () => {
    const result = await execInPod(connection, pod, ['sh', '-c', 'cat; echo "$1"', 'sh', `a 'b' "$c"`], {
      stdin: 'x'.repeat(40_000),
    });
    expect(result.stdout).to.equal(`${'x'.repeat(40_000)}a 'b' "$c"\n`);
    expect(result.stderr).to.equal('');
  });

  it('settles when the stream closes without a status frame, and does not run the command again', async () => {
    fake.execFaults.push({ kind: 'no-status-frame' });
    const error = await failure(execInPod(connection, pod, ['true']));
    expect(error).to.be.instanceOf(ExecTransportError).and.include({ started: true });
    expect(error.message).to.match(/exec true in ns\/pod\/main: the stream closed .*\(started as pid \d+\)$/);
    expect(fake.started).to.have.length(1);
  });

  it('tries again while the command has not started', async () => {
    fake.execFaults.push({ kind: 'reset' }, { kind: 'close-before-start' });
    expect(await execInPod(connection, pod, ['echo', 'there'])).to.include({ code: 0, stdout: 'there\n' });
    expect(fake.started).to.have.length(1);
  });

  it('gives up after three tries, as a transport failure and not as an exit code', async () => {
    fake.execFaults.push({ kind: 'reset' }, { kind: 'reset' }, { kind: 'reset' });
    const error = await failure(execInPod(connection, pod, ['true']));
    expect(error).to.be.instanceOf(ExecTransportError).and.include({ started: false });
    expect(error.message).to.contain('(3 tries)');
  });

  it("passes on the server's refusal", async () => {
    fake.execFaults.push({ kind: 'refuse', status: 404, message: 'pods "pod" not found' });
    const error = await failure(execInPod(connection, pod, ['true']));
    expect(error).to.be.instanceOf(ApiError).and.include({ status: 404 });
    expect(error.message).to.contain('pods "pod" not found').and.not.contain('exec-token');
  });

  it('kills the command at the deadline, its children too', async () => {
    const error = await failure(
      execInPod(connection, pod, ['sh', '-c', `sleep 600 & echo $! > ${pidFile}; wait`], { timeoutMs: 400 }),
    );
    expect(error.message).to.contain('no end within 400 ms; it was killed');
    await gone(await pidOf());
  });

  it('kills the command when the signal aborts, and throws its reason', async () => {
    const abort = new AbortController();
    const running = failure(
      execInPod(connection, pod, ['sh', '-c', `echo $$ > ${pidFile}; exec sleep 600`], { signal: abort.signal }),
    );
    const pid = await pidOf();
    abort.abort(new Error('interrupted'));
    expect((await running).message).to.equal('interrupted');
    await gone(pid);
  });
});

describe('a process kept in a pod', function () {
  this.timeout(60_000);
  let fake: FakeApiServer;
  let connection: Connection;
  beforeEach(async () => {
    fake = await FakeApiServer.start('exec-token');
    connection = await connect({ insecureHttp: true, kubeconfig: fake.kubeconfig });
  });
  afterEach(async () => {
    connection.close();
    await fake.stop();
  });

  it('answers commands line by line and replays what was said', async () => {
    const cat = await spawnInPod(connection, pod, ['cat']);
    cat.write('one');
    cat.write('two');
    await cat.waitFor((line) => line === 'two', { timeoutMs: 2_000, what: 'an echo of two' });
    const seen: string[] = [];
    cat.onLine((line, at) => {
      expect(at).to.be.closeTo(Date.now(), 5_000);
      seen.push(line);
    });
    expect(seen).to.deep.equal(['one', 'two']);
    await cat.stop();
    expect(await cat.exited).to.include({ code: 143 });
  });

  it('is killed when it ignores TERM', async () => {
    const stubborn = await spawnInPod(connection, pod, [
      'sh',
      '-c',
      'trap "" TERM; echo $$; while :; do sleep 1; done',
    ]);
    const pid = Number(await stubborn.waitFor((line) => /^\d+$/.test(line), { timeoutMs: 2_000, what: 'its pid' }));
    await stubborn.stop();
    await stubborn.stop();
    await gone(pid);
    expect(await stubborn.exited).to.include({ code: 137 });
  });

  it('ends with the signal', async () => {
    const abort = new AbortController();
    const sleep = await spawnInPod(connection, pod, ['sleep', '600'], { signal: abort.signal });
    abort.abort();
    expect(await sleep.exited).to.include({ code: 143 });
  });

  it('says what it last saw when an awaited line does not come', async () => {
    const short = await spawnInPod(connection, pod, ['sh', '-c', 'echo hello; echo broken pipe >&2; exit 4']);
    const error = await failure(short.waitFor(() => false, { timeoutMs: 5_000, what: 'the ready line' }));
    expect(error.message).to.match(
      /^the ready line: exec sh .* ended first \(exit code 4\); last lines: hello; stderr: broken pipe$/,
    );
  });

  it('reports a lost stream as an end without a code', async () => {
    fake.execFaults.push({ kind: 'no-status-frame' });
    const lost = await spawnInPod(connection, pod, ['sh', '-c', 'echo x']);
    const end = await lost.exited;
    expect(end.code).to.equal(undefined);
    expect(end.reason).to.contain('the stream closed');
  });
});
