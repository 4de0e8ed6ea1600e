/** Facts of the machine and of the software that runs the suite. */
import { cpus, release, totalmem } from 'node:os';
import { suiteCommit } from './suite-commit.ts';

export function machineFacts(): Readonly<Record<string, string>> {
  const commit = suiteCommit();
  return {
    ...(commit === undefined ? {} : { suite: commit }),
    node: process.version,
    kernel: release(),
    cores: String(cpus().length),
    memory: `${Math.round(totalmem() / 2 ** 20)} MiB`,
    platform: `${process.platform}/${process.arch}`,
  };
}
