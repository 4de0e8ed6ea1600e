/** Compiles the agent's six BPF objects with clang against the running kernel's type information (BTF). */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, runLogged } from '../process/run-command.ts';

export const bpfObjects = [
  'v4events',
  'v6events',
  'tc.v4ingress',
  'tc.v4egress',
  'tc.v6ingress',
  'tc.v6egress',
] as const;
export const kernelBtf = '/sys/kernel/btf/vmlinux';
const targets: Readonly<Record<string, string>> = { x64: 'x86', arm64: 'arm64' };

/** `sources` holds `*.bpf.c`; objects go to `out` as `*.bpf.o`. Throws CommandError with clang's last lines. */
export async function compileBpf(options: {
  readonly sources: string;
  readonly out: string;
  readonly work: string;
  readonly logFile: string;
  readonly signal?: AbortSignal | undefined;
}): Promise<void> {
  const { sources, out, work, logFile, signal } = options;
  mkdirSync(work, { recursive: true });
  const types = await runCommand(['bpftool', 'btf', 'dump', 'file', kernelBtf, 'format', 'c'], { signal });
  writeFileSync(join(work, 'vmlinux.h'), types);
  const flags = ['-g', '-O2', '-Wall', '-fpie', '-target', 'bpf', '-DCORE', '-D__BPF_TRACING__'];
  const target = `-D__TARGET_ARCH_${targets[process.arch] ?? process.arch}`;
  for (const name of bpfObjects) {
    const files = ['-c', join(sources, `${name}.bpf.c`), '-o', join(out, `${name}.bpf.o`)];
    await runLogged(['clang', `-I${work}`, ...flags, target, ...files], logFile, { signal });
  }
}
