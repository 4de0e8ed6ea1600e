/** Builds a network policy agent from its Go module into the cache: agent, both command line tools, six BPF objects. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuiltPart, ensurePart, type PartOptions } from '../cache/cached-part.ts';
import { compilerMemory, withoutDebugging } from '../go/compiler-settings.ts';
import { goVersion } from '../go/go-build.ts';
import { goModText } from '../go/go-mod-text.ts';
import { runCommand, runLogged } from '../process/run-command.ts';
import { compileBpf, kernelBtf } from './npa-bpf.ts';
import { npaModule, type NpaRecipe, npaReplacements, npaVariants } from './npa-recipes.ts';
import { applyEdits } from './source-edit.ts';

const overlayFolder = fileURLToPath(new URL('npa-overlay/', import.meta.url));
const metricsModule = 'github.com/aws/aws-ebpf-sdk-go/pkg/metrics';
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

/** Cached by recipe, overlay, compilers and the kernel's BTF. Throws CommandError with the compiler's last lines. */
export async function ensureNpaBuild(recipe: NpaRecipe, options: PartOptions): Promise<BuiltPart> {
  const files = readdirSync(overlayFolder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  const recipeText = JSON.stringify([recipe, npaReplacements[recipe.version], npaVariants[recipe.variant ?? '']]);
  return ensurePart(
    {
      kind: recipe.variant === undefined ? `npa-${recipe.version}` : `npa-${recipe.version}-${recipe.variant}`,
      inputs: {
        recipe: recipeText,
        overlay: paths.map((path) => readFileSync(path, 'utf8')),
        stamp: stamp(recipe.version),
        go: await goVersion(),
        clang: await runCommand(['clang', '--version']),
        kernel: readFileSync(kernelBtf),
      },
      expectedMs: recipe.variant === undefined ? 240_000 : 60_000,
      make: (folder, logFile, signal) => build(recipe, folder, logFile, signal),
    },
    options,
  );
}

/** The agent says its version when it starts, as upstream's own builds do. */
const stamp = (version: string): string => `-s -w -X ${npaModule}/pkg/version.GitVersion=${version}`;

async function build(recipe: NpaRecipe, out: string, logFile: string, signal?: AbortSignal): Promise<void> {
  const { version, variant } = recipe;
  const work = join(out, 'work');
  const [main, source] = [join(work, 'main'), join(work, 'source')];
  mkdirSync(main, { recursive: true });
  const found = await runCommand(['go', 'mod', 'download', '-json', `${npaModule}@${version}`], {
    env: goEnv,
    signal,
    cwd: main,
  });
  // Go refuses to overlay files of its module cache and clang reads folders, so the module is unpacked beside the build.
  cpSync((JSON.parse(found) as { Dir: string }).Dir, source, { recursive: true });
  await runCommand(['chmod', '-R', 'u+w', source]);
  cpSync(join(overlayFolder, 'ebpf-sdk-metrics'), join(main, 'ebpf-sdk-metrics'), { recursive: true });
  const replace = { ...npaReplacements[version], [npaModule]: source };
  const require = { [npaModule]: version, ...(metricsModule in replace ? { [metricsModule]: 'v0.0.0' } : {}) };
  writeFileSync(join(main, 'go.mod'), goModText({ module: 'staleproof.dev/npa', go: '1.26.0', require, replace }));
  const overlay = writeOverlay(variant, source, join(work, 'overlay'));
  for (const [binary, path] of Object.entries(commands)) {
    const lean = withoutDebugging('-s -w');
    const flags = ['-trimpath', '-buildvcs=false', ...lean, `-ldflags=${stamp(version)}`, `-overlay=${overlay.file}`];
    const argv = ['nice', 'go', 'build', ...flags, '-o', join(out, binary), join(npaModule, path)];
    await runLogged(argv, logFile, { env: { ...goEnv, ...compilerMemory() }, cwd: main, signal });
  }
  for (const [path, text] of overlay.bpf) writeFileSync(join(source, path), text);
  await compileBpf({ sources: join(source, 'pkg/ebpf/c'), out, work: join(work, 'types'), logFile, signal });
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
  return { file, bpf: [...texts].filter(([path]) => path.endsWith('.c')) };
}
