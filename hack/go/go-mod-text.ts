/** The text of a generated go.mod: every direct version is pinned here, the rest follows by minimal version selection. */

export interface GoModule {
  readonly module: string;
  /** Language version, for instance `1.26.0`. */
  readonly go: string;
  readonly godebug?: readonly string[];
  /** Module path to version with its `v`. */
  readonly require?: Readonly<Record<string, string>>;
  /** Module path to `path version` or to a folder; the left side has no version, so it replaces all of them. */
  readonly replace?: Readonly<Record<string, string>>;
  /** Commands built from modules that are not imported (`tool` directives). */
  readonly tool?: readonly string[];
}

export function goModText(mod: GoModule): string {
  const blocks = [
    [`module ${mod.module}`],
    [`go ${mod.go}`],
    (mod.godebug ?? []).map((setting) => `godebug ${setting}`),
    sorted(mod.require).map(([path, version]) => `require ${path} ${version}`),
    sorted(mod.replace).map(([path, target]) => `replace ${path} => ${target}`),
    (mod.tool ?? []).map((path) => `tool ${path}`),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function sorted(table: Readonly<Record<string, string>> = {}): [string, string][] {
  return Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1));
}
