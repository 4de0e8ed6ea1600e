/** The CNI portmap plugin, built from the module of its release; and with a defect or a mend of ours put in by Go's build overlay. */
import { readFileSync } from 'node:fs';
import type { PartOptions } from '../cache/cached-part.ts';
import { type GoBuild, buildGo } from '../go/go-build.ts';
import type { SourceEdit } from '../go/go-overlay.ts';

const module = 'github.com/containernetworking/plugins';
const folder = 'plugins/meta/portmap';
const text = (file: string): string => readFileSync(new URL(`portmap-overlay/${file}`, import.meta.url), 'utf8');

/** What each variant changes in the one function that flushes rows, which ADD and DEL share. */
const variants: Readonly<Record<string, readonly SourceEdit[]>> = {
  'no-flush': [
    {
      module,
      file: `${folder}/portmap_iptables.go`,
      replacements: [
        { anchor: 'strings.ToLower(pm.Protocol) != "udp"', by: 'strings.ToLower(pm.Protocol) != "flushed-never"' },
      ],
    },
  ],
  'own-rows': [
    { module, file: `${folder}/staleproof_own_rows.go`, content: text('own_rows.go') },
    {
      module,
      file: `${folder}/portmap_iptables.go`,
      replacements: [
        {
          anchor: 'utils.DeleteConntrackEntriesForDstPort(uint16(pm.HostPort), utils.PROTOCOL_UDP, family)',
          by: 'deleteOwnRows(pm, family)',
        },
      ],
    },
  ],
};

/** `1.9.1`, `1.10.0+own-rows`. */
export interface PortmapBuild {
  readonly release: string;
  readonly variant?: string | undefined;
  /** Modules that the release's own go.mod does not name in a version that builds. */
  readonly requires?: Readonly<Record<string, string>> | undefined;
}

/** Throws for a variant that nobody made. */
export function portmapBuild({ release, variant, requires = {} }: PortmapBuild): GoBuild {
  const overlay = variant === undefined ? undefined : variants[variant];
  if (variant !== undefined && overlay === undefined)
    throw new Error(`portmap has no variant ${variant}; it has ${Object.keys(variants).join(', ')}`);
  const program = `${module}/${folder}`;
  return {
    name: 'portmap',
    goMod: {
      module: 'staleproof.local/portmap',
      go: '1.26.0',
      require: { ...requires, [module]: `v${release}` },
      tool: [program],
    },
    ...(overlay === undefined ? {} : { overlay }),
    packages: { portmap: program },
    ldflags: `-s -w -X ${module}/pkg/utils/buildversion.BuildVersion=v${release}`,
    expectedMs: 20_000,
  };
}

/** Path of the built plugin. Throws CommandError when the module registry refuses a module, AnchorError when an edit has no place. */
export async function ensurePortmap(build: PortmapBuild, options: PartOptions): Promise<string> {
  const { binaries } = await buildGo(portmapBuild(build), options);
  const path = binaries['portmap'];
  if (path === undefined) throw new Error(`the build of portmap ${build.release} made no binary`);
  return path;
}
