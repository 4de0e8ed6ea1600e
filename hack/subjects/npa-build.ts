/** Builds a network policy agent from its Go module into the cache: agent, both command line tools, BPF objects. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuiltPart, ensurePart, type PartOptions } from '../cache/cached-part.ts';
import { compilerMemory, withoutDebugging } from '../go/compiler-settings.ts';
import { goVersion } from '../go/go-build.ts';
import { goModText } from '../go/go-mod-text.ts';
import { runCommand, runLogged } from '../process/run-command.ts';
import { compileBpf, kernelBtf } from './npa-bpf.ts';
import { npaModule, type NpaRecipe, npaVariants } from './npa-recipes.ts';
import { applyEdits } from './source-edit.ts';

const overlayFolder = fileURLToPath(new URL('npa-overlay/', import.meta.url));
const commands = { agent: '.', 'aws-eks-na-cli': 'cmd/cli', 'aws-eks-na-cli-v6': 'cmd/cliv6' };
const goEnv = { CGO_ENABLED: '0', GOFLAGS: '-mod=mod', GOWORK: 'off' };

/** What is missing on this machine to build the agent; an empty list means ready. */
export async function npaBuildNeeds(): Promise<readonly string[]> {
  const missing: string[] = [];
  const probe = async (argv: readonly string[], what: string): Promise<void> => {
    await runCommand(argv).catch(() => missing.push(what));
  };
  await probe(['go', 'version'], 'go ≥ 1.26 (compiles the agent)');
  await probe(['clang', '--version'], 'clang (compiles its BPF programs; Debian package clang)');
  await probe(['bpftool', 'version'], 'bpftool (reads the kernel types; Debian package bpftool)');
  if (!existsSync('/usr/include/bpf/bpf_helpers.h')) missing.push('libbpf headers (Debian package libbpf-dev)');
  if (!existsSync(kernelBtf)) missing.push(`kernel type information (${kernelBtf}, CONFIG_DEBUG_INFO_BTF)`);
  return missing;
}

/** Cached by recipe, our files in it, compilers and the kernel's BTF. Throws CommandError with the compiler's last lines. */
export async function ensureNpaBuild(recipe: NpaRecipe, options: PartOptions): Promise<BuiltPart> {
  const { release, variant } = recipe;
  const chosen = npaVariants[variant ?? ''];
  const kind = `npa-v${release.version}${variant === undefined ? '' : `-${variant}`}`;
  return ensurePart(
    {
      kind,
      inputs: {
        recipe: JSON.stringify([release, chosen?.edits ?? []]),
        // Of this recipe alone: a new file for another release builds no other one anew.
        ours: overlayFiles([...Object.values(release.standIns), ...Object.values(chosen?.newFiles ?? {})]),
        stamp: stamp(release.version),
        // Another toolchain is another program.
        go: release.toolchain ?? (await goVersion()),
        clang: await runCommand(['clang', '--version']),
        kernel: readFileSync(kernelBtf),
      },
      expectedMs: variant === undefined ? 240_000 : 60_000,
      make: (folder, logFile, signal) => build(recipe, folder, { logFile, signal, inBackground: options.inBackground }),
    },
    options,
  );
}

/** Texts by path, of files and of folders below npa-overlay/. */
function overlayFiles(names: readonly string[]): Readonly<Record<string, string>> {
  const files = readdirSync(overlayFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(overlayFolder, join(entry.parentPath, entry.name)))
    .filter((path) => names.some((name) => path === name || path.startsWith(`${name}/`)));
  return Object.fromEntries(files.sort().map((path) => [path, readFileSync(join(overlayFolder, path), 'utf8')]));
}

/** The agent says its version when it starts, as upstream's own builds do. */
const stamp = (version: string): string => `-s -w -X ${npaModule}/pkg/version.GitVersion=v${version}`;

interface BuildSettings {
  readonly logFile: string;
  readonly signal: AbortSignal | undefined;
  readonly inBackground: boolean | undefined;
}

async function build(recipe: NpaRecipe, out: string, settings: BuildSettings): Promise<void> {
  const { logFile, signal, inBackground } = settings;
  // Only what nobody waits for yet leaves the cores to others: on a busy machine it is starved.
  const compiler = inBackground === true ? ['nice', 'go'] : ['go'];
  const { release, variant } = recipe;
  const version = `v${release.version}`;
  const env = { ...goEnv, ...(release.toolchain === undefined ? {} : { GOTOOLCHAIN: release.toolchain }) };
  const work = join(out, 'work');
  const [main, source] = [join(work, 'main'), join(work, 'source')];
  mkdirSync(main, { recursive: true });
  const found = await runCommand(['go', 'mod', 'download', '-json', `${npaModule}@${version}`], {
    ...{ env, signal, cwd: main },
  });
  // Go refuses to overlay files of its module cache and clang reads folders, so the module is unpacked beside the build.
  cpSync((JSON.parse(found) as { Dir: string }).Dir, source, { recursive: true });
  await runCommand(['chmod', '-R', 'u+w', source]);
  const standIns = Object.entries(release.standIns);
  for (const [, folder] of standIns) cpSync(join(overlayFolder, folder), join(main, folder), { recursive: true });
  const others = Object.entries(release.replaces).map(([module, other]) => [module, `${module} ${other}`] as const);
  const replace = {
    ...Object.fromEntries(others),
    ...Object.fromEntries(standIns.map(([module, folder]) => [module, `./${folder}`])),
    [npaModule]: source,
  };
  const require = { [npaModule]: version, ...Object.fromEntries(standIns.map(([module]) => [module, 'v0.0.0'])) };
  const [, go = '1.26.0'] = /^go (\S+)$/m.exec(readFileSync(join(source, 'go.mod'), 'utf8')) ?? [];
  writeFileSync(join(main, 'go.mod'), goModText({ module: 'staleproof.dev/npa', go, require, replace }));
  const overlay = writeOverlay(variant, source, join(work, 'overlay'));
  for (const [binary, path] of Object.entries(commands)) {
    const lean = withoutDebugging('-s -w');
    const flags = [
      '-trimpath',
      '-buildvcs=false',
      ...lean,
      `-ldflags=${stamp(release.version)}`,
      `-overlay=${overlay.file}`,
    ];
    const argv = [...compiler, 'build', ...flags, '-o', join(out, binary), join(npaModule, path)];
    await runLogged(argv, logFile, { env: { ...env, ...compilerMemory() }, cwd: main, signal });
  }
  for (const [path, text] of overlay.bpf) writeFileSync(join(source, path), text);
  const sources = join(source, 'pkg/ebpf/c');
  await compileBpf({ sources, twice: release.kernelFunctions, out, work: join(work, 'types'), logFile, signal });
  rmSync(work, { recursive: true });
}

/** Go's own overlay file for Go sources; texts of BPF sources, which clang reads from the folder. */
function writeOverlay(variant: string | undefined, source: string, folder: string) {
  const chosen = variant === undefined ? undefined : npaVariants[variant];
  const texts = new Map(applyEdits(chosen?.edits ?? [], (file) => readFileSync(join(source, file), 'utf8')));
  for (const [path, ours] of Object.entries(chosen?.newFiles ?? {}))
    texts.set(path, readFileSync(join(overlayFolder, ours), 'utf8'));
  mkdirSync(folder);
  const replace: Record<string, string> = {};
  for (const [path, text] of texts) {
    if (!path.endsWith('.go')) continue;
    const ours = join(folder, path.replaceAll('/', '__'));
    writeFileSync(ours, text);
    replace[join(source, path)] = ours;
  }
  const file = join(folder, 'overlay.json');
  writeFileSync(file, JSON.stringify({ Replace: replace }));
  return { file, bpf: [...texts].filter(([path]) => /\.[ch]$/.test(path)) };
}
