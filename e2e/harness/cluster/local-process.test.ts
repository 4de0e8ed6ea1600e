import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ExecTransportError } from './kube/api-error.ts';
import { execBehind, spawnBehind } from './local-process.ts';

/** `setsid --wait` gives the command a session of its own, as a container runtime does. */
const launcher = { where: 'behind setsid', prefix: ['setsid', '--wait'] };

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error('did not fail'),
    (error: unknown) => error as Error,
  );
}

describe('a command behind a local program', function () {
  this.timeout(20_000);

  it('has an exit code, separate streams and an input that ends', async () => {
    const result = await execBehind(launcher, ['sh', '-c', 'cat; echo err >&2; exit 7'], { stdin: 'in' });
    expect(result).to.include({ code: 7, stdout: 'in', stderr: 'err\n' });
  });

  it('is told apart from a program that could not reach it', async () => {
    const broken = { where: 'behind a refusal', prefix: ['sh', '-c', 'echo "No such container: x" >&2; exit 1', 'sh'] };
    const error = await failure(execBehind(broken, ['true']));
    expect(error).to.be.instanceOf(ExecTransportError).and.include({ started: false });
    expect(error.message).to.equal('true behind a refusal: not started: No such container: x');
    expect((await failure(spawnBehind(broken, ['true']))).message).to.contain('not started: No such container: x');
  });

  it('is killed where it runs when the time is up', async () => {
    const mark = `staleproof-${process.pid}-${Date.now()}`;
    const error = await failure(execBehind(launcher, ['sh', '-c', 'sleep 600 & wait', mark], { timeoutMs: 300 }));
    expect(error.message).to.contain('no end within 300 ms; it was killed');
    const left = await execBehind({ where: 'here', prefix: [] }, [
      'sh',
      '-c',
      'ps -eo args | grep -F "$1" | grep -v grep || true',
      'x',
      mark.slice(0, -1),
    ]);
    expect(left.stdout.split('\n').filter((line) => line.includes('sleep'))).to.deep.equal([]);
  });

  it('as a line process answers, and ends on stop', async () => {
    const cat = await spawnBehind(launcher, ['cat']);
    cat.write('hello');
    await cat.waitFor((line) => line === 'hello', { timeoutMs: 2_000, what: 'an echo' });
    await cat.stop();
    expect((await cat.exited).reason).to.match(/^(killed|exit code 143)$/);
    expect(() => cat.write('more')).to.throw('has ended');
  });
});
