/** The trap springs behind the call that removes rules, once, for pods of one namespace. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { shim } from './kill-plugin.ts';

describe('the trap for a port mapper', () => {
  let folder = '';
  let mark = '';
  const run = (program: 'iptables' | 'nft', args: string, env: Record<string, string>) =>
    // The shell in between is the plugin: who called is who is killed.
    spawnSync('sh', ['-c', `${folder}/${program} ${args}; echo lived`], { env: { PATH: process.env['PATH'], ...env } });
  const del = { CNI_COMMAND: 'DEL', CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAMESPACE=mine;K8S_POD_NAME=pod-1' };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'staleproof-trap-'));
    mark = join(folder, 'mark');
    for (const program of ['iptables', 'nft'] as const) {
      writeFileSync(join(folder, program), shim(program, 'mine', mark).replace(`/usr/sbin/${program}`, '/bin/true'));
      chmodSync(join(folder, program), 0o755);
    }
    execFileSync('sh', ['-n', join(folder, 'nft')]);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('lets every other call pass', () => {
    for (const env of [
      {},
      { ...del, CNI_COMMAND: 'ADD' },
      { ...del, CNI_ARGS: del.CNI_ARGS.replace('mine', 'mine-2') },
    ])
      expect(run('iptables', '-t nat -X CNI-DN-1', env).stdout.toString()).to.equal('lived\n');
    expect(run('iptables', '-t nat -S CNI-DN-1', del).stdout.toString()).to.equal('lived\n');
    expect(run('nft', '--check -f -', del).stdout.toString()).to.equal('lived\n');
    expect(existsSync(mark)).to.equal(false);
  });

  it('kills the caller behind the removal, and only once', () => {
    expect(run('iptables', '-t nat -X CNI-DN-1 --wait', del).signal).to.equal('SIGKILL');
    expect(existsSync(mark)).to.equal(true);
    expect(run('iptables', '-t nat -X CNI-DN-1 --wait', del).stdout.toString()).to.equal('lived\n');
    rmSync(mark, { recursive: true });
    expect(run('nft', '-f -', del).signal).to.equal('SIGKILL');
  });
});
