/** Builds Go programs from modules in a folder of the cache: generated go.mod, sources of ours, edits as an overlay. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Part, type PartOptions, ensurePart } from '../cache/cached-part.ts';
import { runCommand, runLogged } from '../process/run-command.ts';
import { compilerMemory, withoutDebugging } from './compiler-settings.ts';
import { type GoModule, goModText } from './go-mod-text.ts';
import { type SourceEdit, writeOverlay } from './go-overlay.ts';

export interface GoBuild {
  /** Cache folder and step name: `kubernetes`, `kube-proxy-no-cleanup`. */
  readonly name: string;
  readonly goMod: GoModule;
  /** Sources of ours by path below the main module: `main.go` → text. */
  readonly files?: Readonly<Record<string, string>>;
  readonly overlay?: readonly SourceEdit[];
  /** Binary name → package: `.`, `./cmd/x`, or a package of a required module or `tool`. */
  readonly packages: Readonly<Record<string, string>>;
  /** Test binary name → package, as `go test -c` makes them. */
  readonly tests?: Readonly<Record<string, string>>;
  readonly ldflags?: string;
  readonly tags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly expectedMs: number;
}

export interface GoBinaries {
  /** Binary name → path. */
  readonly binaries: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly hash: string;
}

// GOFLAGS of the user must not change what is built; the toolchain is the one that doctor reports.
const fixedEnv = { CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off', GO111MODULE: 'on' };

/** `go1.26.8`. Throws CommandError when there is no Go. */
export async function goVersion(): Promise<string> {
  return (await runCommand(['go', 'env', 'GOVERSION'], { cwd: '/' })).trim();
}

/** Static binaries, cached by everything that goes into them and by the Go version. Throws CommandError, AnchorError. */
export async function buildGo(build: GoBuild, options: PartOptions): Promise<GoBinaries> {
  const part = goPart(build, await goVersion(), options.inBackground);
  const { folder, hash } = await ensurePart(part, options);
  const names = Object.keys({ ...build.packages, ...build.tests });
  return { folder, hash, binaries: Object.fromEntries(names.map((name) => [name, join(folder, name)])) };
}

export function goPart(build: GoBuild, go: string, inBackground = false): Part {
  const { name, expectedMs, ...inputs } = build;
  return {
    kind: name,
    inputs: { go, arch: process.arch, ...inputs, goMod: goModText(build.goMod) } as unknown as Part['inputs'],
    expectedMs,
    make: (folder, logFile, signal) => compile(build, folder, logFile, { inBackground, signal }),
  };
}

async function compile(
  build: GoBuild,
  folder: string,
  logFile: string,
  { inBackground, signal }: { readonly inBackground: boolean; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const go = inBackground ? ['nice', '-n', '19', 'go'] : ['go'];
  const source = join(folder, 'source');
  await mkdir(source, { recursive: true });
  const overlay = build.overlay ?? [];
  const goMod = await linkModules(build.goMod, overlay, source, { signal, env: { ...fixedEnv, ...build.env } });
  const sources = { 'go.mod': goModText(goMod), ...build.files };
  for (const [path, text] of Object.entries(sources)) {
    await mkdir(dirname(join(source, path)), { recursive: true });
    await writeFile(join(source, path), text);
  }
  const settings = { cwd: source, signal, env: { ...fixedEnv, ...compilerMemory(), ...build.env } };
  await runLogged(['go', 'mod', 'tidy'], logFile, settings);
  const moduleFolder = async (module: string): Promise<string> =>
    (await runCommand(['go', 'list', '-m', '-f', '{{.Dir}}', module], settings)).trim();
  const flags = [
    '-trimpath',
    '-buildvcs=false',
    ...withoutDebugging(build.ldflags),
    ...(build.tags === undefined ? [] : ['-tags', build.tags.join(',')]),
    ...(build.ldflags === undefined ? [] : ['-ldflags', build.ldflags]),
    ...(overlay.length === 0 ? [] : ['-overlay', await writeOverlay(overlay, folder, moduleFolder)]),
  ];
  for (const [binary, target] of Object.entries(build.packages))
    await runLogged([...go, 'build', ...flags, '-o', join(folder, binary), target], logFile, settings);
  for (const [binary, target] of Object.entries(build.tests ?? {}))
    await runLogged([...go, 'test', '-c', ...flags, '-o', join(folder, binary), target], logFile, settings);
}

/**
 * Go refuses to overlay files below its module cache, so a module with edits is replaced by a link to its folder there:
 * the path is another, the files are the same, and nothing is copied.
 */
async function linkModules(
  goMod: GoModule,
  overlay: readonly SourceEdit[],
  source: string,
  settings: { readonly signal?: AbortSignal | undefined; readonly env: Readonly<Record<string, string>> },
): Promise<GoModule> {
  const replace: Record<string, string> = { ...goMod.replace };
  for (const module of new Set(overlay.map((edit) => edit.module))) {
    const version = goMod.require?.[module];
    if (version === undefined) throw new Error(`overlay edits ${module}, which go.mod does not require`);
    const found = await runCommand(['go', 'mod', 'download', '-json', `${module}@${version}`], {
      cwd: '/',
      ...settings,
    });
    const link = join('linked', basename(module));
    await mkdir(join(source, 'linked'), { recursive: true });
    await symlink((JSON.parse(found) as { Dir: string }).Dir, join(source, link));
    replace[module] = `./${link}`;
  }
  return { ...goMod, replace };
}
