/** What the documentation asks a reader to type, read from fenced `sh` blocks. */

export interface DocumentedCommand {
  readonly file: string;
  readonly line: number;
  /** Without prompt, comment and leading assignments. */
  readonly words: readonly string[];
}

/** Every command line of every `sh` block; lines that end in a backslash are joined. */
export function documentedCommands(file: string, markdown: string): readonly DocumentedCommand[] {
  const commands: DocumentedCommand[] = [];
  let inside = false;
  let held = '';
  markdown.split('\n').forEach((text, index) => {
    if (/^\s*```/.test(text)) inside = /^\s*```(sh|bash|shell)\s*$/.test(text);
    else if (inside) {
      const line = `${held}${text.trim().replace(/^\$ /, '')}`;
      held = line.endsWith('\\') ? line.slice(0, -1) : '';
      const words = held === '' ? shellWords(line) : [];
      const first = words.findIndex((word) => !/^[A-Z_][A-Z0-9_]*=/.test(word));
      if (first >= 0) commands.push({ file, line: index + 1, words: words.slice(first) });
    }
  });
  return commands;
}

/** Splits as a shell does for words, quotes and comments; the only expansion that documentation needs is none. */
export function shellWords(line: string): readonly string[] {
  const words: string[] = [];
  const token = /\s*(?:(#.*$)|((?:'[^']*'|"[^"]*"|[^\s'"])+))/gy;
  for (let match = token.exec(line); match !== null; match = token.exec(line)) {
    if (match[1] !== undefined) break;
    words.push(
      (match[2] ?? '').replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
    );
  }
  return words;
}

/** Targets of relative links and pictures, without anchors. */
export function relativeLinks(markdown: string): readonly string[] {
  return [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => (match[1] ?? '').split('#')[0] ?? '')
    .filter((target) => target !== '' && !/^[a-z]+:/i.test(target));
}

/** Paths of the repository that are named in `code`: they begin with a folder of ours and hold no placeholder. */
export function namedPaths(markdown: string): readonly string[] {
  return [...markdown.matchAll(/`([^`\n]+)`/g)]
    .map((match) => match[1] ?? '')
    .filter((text) => /^(e2e|hack|fixtures|manifests|docs|\.github|\.ci)\/[\w./-]*$/.test(text));
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}
