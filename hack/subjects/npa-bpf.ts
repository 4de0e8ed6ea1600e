/** Compiles the agent's BPF objects with clang against the running kernel's type information (BTF). */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, runLogged } from '../process/run-command.ts';
import { functionIds, linkFunctions } from './kernel-functions.ts';

const bpfObjects = ['v4events', 'v6events', 'tc.v4ingress', 'tc.v4egress', 'tc.v6ingress', 'tc.v6egress'] as const;
export const kernelBtf = '/sys/kernel/btf/vmlinux';
const targets: Readonly<Record<string, string>> = { x64: 'x86', arm64: 'arm64' };

/** Upstream's word for the second form of a source, what makes it, and the functions that it calls. */
const SECOND_FORM = 'ctdeny';
const SECOND_FORM_FLAG = '-DNPA_CT_SHORTEN_ON_DENY';
const kernelFunctions = ['bpf_skb_ct_lookup', 'bpf_ct_change_timeout', 'bpf_ct_release'];
const PROGRAM_SECTION = 'tc_cls';

/** Names of the objects' files; `twice`: sources that are compiled once more, with calls of kernel functions. */
export const objectFiles = (twice: readonly string[]): readonly string[] => [
  ...bpfObjects.map((name) => `${name}.bpf.o`),
  ...twice.map((name) => `${name}.${SECOND_FORM}.bpf.o`),
];

/**
 * `sources` holds `*.bpf.c`; objects go to `out`. Calls of kernel functions are linked against the running kernel. Throws
 * CommandError with clang's last lines, and an Error where the kernel has no such function.
 */
export async function compileBpf(options: {
  readonly sources: string;
  readonly twice: readonly string[];
  readonly out: string;
  readonly work: string;
  readonly logFile: string;
  readonly signal?: AbortSignal | undefined;
}): Promise<void> {
  const { sources, twice, out, work, logFile, signal } = options;
  mkdirSync(work, { recursive: true });
  const types = await runCommand(['bpftool', 'btf', 'dump', 'file', kernelBtf, 'format', 'c'], { signal });
  writeFileSync(join(work, 'vmlinux.h'), types);
  const flags = ['-g', '-O2', '-Wall', '-fpie', '-target', 'bpf', '-DCORE', '-D__BPF_TRACING__'];
  const target = `-D__TARGET_ARCH_${targets[process.arch] ?? process.arch}`;
  const compile = async (name: string, object: string, more: readonly string[] = []): Promise<void> => {
    const files = ['-c', join(sources, `${name}.bpf.c`), '-o', object];
    await runLogged(['clang', `-I${work}`, ...flags, target, ...more, ...files], logFile, { signal });
  };
  for (const name of bpfObjects) await compile(name, join(out, `${name}.bpf.o`));
  const ids = twice.length === 0 ? new Map<string, number>() : functionIds(readFileSync(kernelBtf), kernelFunctions);
  for (const name of twice) {
    const object = join(out, `${name}.${SECOND_FORM}.bpf.o`);
    await compile(name, object, [SECOND_FORM_FLAG]);
    const { linked, calls } = linkFunctions(readFileSync(object), PROGRAM_SECTION, ids);
    if (calls === 0) throw new Error(`${name}: expected calls of kernel functions, found none to link`);
    writeFileSync(object, linked);
  }
}
