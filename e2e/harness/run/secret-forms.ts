/** The forms in which one secret may be printed: quoted, escaped, encoded, in a header, and in pieces. */

/** What is shorter is no piece of a secret but a word. */
export const shortestPiece = 20;

/** Every way in which a program writes a string down; longest first is for the caller to decide. */
export function formsOf(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const percent = encodeURIComponent(Buffer.from(secret).toString('utf8'));
  const forms = new Set([
    secret,
    secret.replace(/\s+/g, ' '),
    json,
    // JSON within JSON, and JSON as Go writes it.
    JSON.stringify(json).slice(1, -1),
    json.replace(/[<>&]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
    // YAML and shell in single quotes.
    secret.replaceAll("'", "''"),
    secret.replaceAll("'", `'\\''`),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    percent,
    percent.replaceAll('%20', '+'),
    percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    ...base64FormsOf(secret),
  ]);
  return [...forms];
}

const longestNested = 1000;
const ofQuotes: Readonly<Record<string, string>> = {
  '"': '&(?:amp;)*quot;|',
  // Doubled as in YAML, or closed and opened again as in a shell.
  "'": `&(?:amp;)*apos;|'\\\\+''|''|`,
  '&': '&(?:amp;)+|',
  '<': '&(?:amp;)*lt;|',
  '>': '&(?:amp;)*gt;|',
};

/**
 * However often it was put into JSON, HTML, quotes or a URL, one in the other, by whatever alphabet: what is spared by one program
 * is escaped by the next. Undefined where nothing in it is ever escaped, and for what is too long to be looked for letter by letter:
 * pieces find it.
 */
export function nestedForm(secret: string): RegExp | undefined {
  if (secret.length > longestNested || !/[^A-Za-z0-9._-]/.test(secret)) return undefined;
  return new RegExp(Array.from(secret.replace(/\s+/g, ' '), anySpelling).join(''), 'g');
}

function anySpelling(letter: string): string {
  if (/[A-Za-z0-9]/.test(letter)) return letter;
  if (letter === ' ') return String.raw`(?:\s|\\+[nrt]|%(?:25)*(?:20|0[aA])|\+)+`;
  const hex = (code: number, length: number): string => code.toString(16).padStart(length, '0');
  const code = letter.codePointAt(0) ?? 0;
  const percent = [...Buffer.from(letter)].map((byte) => hex(byte, 2));
  const escaped = [hex(code, 4), hex(code, 4).toUpperCase()].map((one) => `u${one}`);
  const inUrl = [percent, percent.map((byte) => byte.toUpperCase())].map((bytes) =>
    bytes.map((byte) => `%(?:25)*${byte}`).join(''),
  );
  const inHtml = `&(?:amp;)*#(?:${code}|[xX]0*(?:${hex(code, 0)}|${hex(code, 0).toUpperCase()}));`;
  const itself = letter.replace(/[\\^$.*+?()[\]{}|/-]/, String.raw`\$&`);
  return String.raw`\\*(?:${[...escaped, ...inUrl, inHtml].join('|')}|${ofQuotes[letter] ?? ''}${itself})`;
}

/** Base64 of it alone, in both alphabets, and what is left of it inside base64 of something longer, at any of three offsets. */
export function base64FormsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const inner = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // Bits that its neighbours share in are cut off at both ends.
    const first = before === 0 ? 0 : before + 1;
    return text.slice(first, Math.floor(((before + bytes.length) * 8) / 6));
  });
  const all = [bytes.toString('base64'), bytes.toString('base64').replace(/=+$/, ''), ...inner.filter(isLong)];
  return all.flatMap((one) => [one, one.replaceAll('+', '-').replaceAll('/', '_')]);
}

const isLong = (text: string): boolean => text.length >= 12;

/** Whether a value of unknown purpose looks random: a credential, and not a name, a path, a region or a flag. */
export function looksSecret(value: string): boolean {
  if (value.length < 12 || /\s/.test(value.trim())) return false;
  if (/^(?:[/.~]|--?[a-z]|[a-z][a-z0-9+.-]*:\/\/)/i.test(value) && !/[+=]/.test(value)) return false;
  // A region, a group of an API with its version, a host or a file with an extension.
  if (/^[a-z]{2,}(?:-[a-z]+)+-?\d{0,2}$/.test(value)) return false;
  if (/^[a-z0-9.-]+(?:\/v\d\w*|\.[a-z]{2,10})$/.test(value)) return false;
  return /\d/.test(value) && /[A-Za-z]/.test(value);
}

/** Names of fields, options and variables that hold credentials: `client-secret`, `AWS_SECRET_ACCESS_KEY`, `--password`. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  // What only points at a secret, names it or says how long it lives.
  if (/^(?:file|path|dir|url|uri|endpoint|id|name|ttl|type|host|port|sock|command|cmd)$/.test(words.at(-1) ?? ''))
    return false;
  return words.some((word, index) =>
    /^(?:.*(?:token|secret|password|passwd|passphrase)|credentials?|apikey|pat|pw|pass)$/.test(word)
      ? true
      : word === 'key' && /^(?:api|access|private|client|secret|account|storage|auth)$/.test(words[index - 1] ?? ''),
  );
}
