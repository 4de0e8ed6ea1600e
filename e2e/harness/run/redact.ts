/** Nothing secret leaves the process: every line of console, log, result data and text artefacts passes here. */
import { base64FormsOf, formsOf, isSecretName, nestedForm, shortestPiece } from './secret-forms.ts';

const mask = '[redacted]';
/** A value behind the name of a secret: in quotes, in quotes that are themselves quoted, or one word. */
const quotedValue = String.raw`\\+"(?!\[redacted)(?:(?!\\+").){4,}\\+"|"(?!\[redacted)(?:[^"\\\n]|\\.){4,}"|'(?!\[redacted)[^'\n]{4,}'`;
const fieldNames =
  'client-key-data|client-certificate-data|certificate-authority-data|id-?token|refresh-?token|access-?token|session-?token|client-?secret|passphrase|password|passwd|token';
const variableName = String.raw`[A-Z][A-Z0-9_]*(?:SECRET|PASSWORD|PASSWD|TOKEN|_KEY|CREDENTIALS?)(?!\w*_(?:FILE|PATH|DIR|URL|TTL|NAME|ID)\b)[A-Z0-9_]*`;

const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?(?:-----END \1-----|$)/g, '[redacted $1]'],
  [/\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*/g, '[redacted token]'],
  [/\b([Bb]earer\s+)(?!\[redacted)[\w.~+/-]{8,}=*/g, `$1${mask}`],
  [new RegExp(`((?:${fieldNames})(?:\\\\*["'])?\\s*[:=]\\s*)(?:${quotedValue})`, 'gi'), `$1"${mask}"`],
  [new RegExp(`((?:${fieldNames})(?:\\\\*["'])?\\s*[:=]\\s*\\\\*"?)(?!\\[redacted)[\\w.~+/=-]{8,}`, 'gi'), `$1${mask}`],
  [new RegExp(`\\b(${variableName}(?:\\\\*["'])?\\s*[:=]\\s*)(?:${quotedValue})`, 'g'), `$1"${mask}"`],
  [new RegExp(`\\b(${variableName}(?:\\\\*["'])?\\s*[:=]\\s*)(?!\\[redacted)[^\\s"',;}\\\\]{8,}`, 'g'), `$1${mask}`],
  // An environment as Kubernetes writes it.
  [
    new RegExp(`("name":\\s*"${variableName}",\\s*"value":\\s*)"(?!\\[redacted)(?:[^"\\\\]|\\\\.)+"`, 'g'),
    `$1"${mask}"`,
  ],
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/)(?!\[redacted)[^\s/@:"'\\]{0,200}:[^\s/@"'\\]{1,2000}@/gi, `$1${mask}@`],
  // "LS0tLS1CRUdJTi" is base64 of "-----BEGIN".
  [/LS0tLS1CRUdJTi[\w+/=]{20,}/g, '[redacted PEM]'],
  [/\bgh[pousr]_[A-Za-z0-9]{20,}/g, '[redacted token]'],
];
const basicLogin = /\b(basic\s+)([A-Za-z0-9+/_-]{6,}={0,2})/gi;
/** One look that spares most lines all others: no pattern matches a text without one of these. */
const suspicious = /key|pass|token|secret|cred|begin|eyj|bearer|basic|ls0t|gh[pousr]_|:\/\//i;
const run = /[A-Za-z0-9+/_-]{20,}={0,2}/g;
const onlyRun = /^[A-Za-z0-9+/_-]{20,}={0,2}$/;

/** Longest first: a form that is part of another one must not break it. */
const forms: string[] = [];
/** Those of secrets with quotes, blanks and the like, by the secret with single blanks: no match is shorter. */
const nested = new Map<string, RegExp>();
/** Too short to be looked for inside of words. */
let words: RegExp | undefined;
/** Every stretch of 20 characters of longer secrets: a piece is found wherever it was cut and whatever stands beside it. */
const stretches = new Set<string>();
/** Short strings of results, kinds and lanes for instance, come by the thousand. */
const seen = new Map<string, string>();
const known = new Set<string>();
const knownWords = new Set<string>();
let environmentKept = false;

/**
 * Registers strings that must never be shown, in all their forms. Those of less than six characters, and small numbers, are words
 * that a report needs; they are hidden only where a field's name says what they are.
 */
export function keepSecret(...values: readonly string[]): void {
  for (const value of values.map((one) => one.trim())) {
    if (value.length < 6 || /^(?:\d{1,7}|true|false|default|\[redacted.*)$/.test(value)) continue;
    if (value.length < 8) keepWord(value);
    else keepForms(formsOf(value));
    const form = nestedForm(value);
    if (form !== undefined) nested.set(value.replace(/\s+/g, ' '), form);
    keepLong(value);
  }
  settle();
}

/** Registers texts as they stand: lines of a key, for instance. */
export function keepVerbatim(...texts: readonly string[]): void {
  keepForms(texts);
  for (const text of texts) keepLong(text);
  settle();
}

/** A login of two parts: the password alone, and both as headers and URLs have them. */
export function keepBasicLogin(user: string, password: string): void {
  keepSecret(password);
  if (password === '') return;
  const pair = `${user}:${password}`;
  keepForms(base64FormsOf(pair));
  if (pair.length >= 8) keepForms([pair, `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`]);
  settle();
}

/** Registers what the variables of a process hold, by their names. */
export function keepEnvironmentSecrets(env: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value = ''] of Object.entries(env)) {
    if (isSecretName(name) && value.length >= 8 && !value.startsWith('/')) keepSecret(value);
    const [, user = '', password] = /^[a-z]+:\/\/([^\s/@:]*):([^\s/@]+)@/i.exec(value) ?? [];
    if (password !== undefined) keepBasicLogin(decoded(user), decoded(password));
  }
}

export function redact(text: string): string {
  if (!environmentKept) {
    environmentKept = true;
    keepEnvironmentSecrets(process.env);
  }
  let clean = text;
  // The others are longer than the text itself.
  for (let index = firstForm(({ length }) => length <= text.length); index < forms.length; index++) {
    const form = forms[index] ?? '';
    if (clean.includes(form)) clean = clean.replaceAll(form, mask);
  }
  for (const [secret, form] of nested) if (secret.length <= clean.length) clean = clean.replace(form, mask);
  if (words !== undefined) clean = clean.replace(words, mask);
  if (stretches.size > 0) clean = clean.replace(run, withoutPieces);
  if (!suspicious.test(clean)) return clean;
  clean = clean.replace(basicLogin, (whole, scheme: string, text64: string) =>
    isLogin(text64) ? scheme + mask : whole,
  );
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
  return clean;
}

/** JSON of a value whose strings and keys are redacted one by one: a pattern must not run over the end of a string. */
export function redactedJson(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) => {
    if (typeof inner === 'string') return holdsSecret(key, inner) ? mask : redactShort(inner);
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    const keys = Object.keys(inner);
    const clean = keys.map(redactShort);
    if (clean.every((one, index) => one === keys[index])) return inner;
    return Object.fromEntries(
      Object.entries(inner).map(([old, kept], index) => {
        const name = clean[index] ?? old;
        // Two keys that were different stay two.
        return [clean.indexOf(name) === index ? name : `${name} ${index + 1}`, kept as unknown];
      }),
    );
  });
}

/** A short token is a word of a protocol, as `nonce` and `cookie` are; a password is one at any length. */
function holdsSecret(key: string, value: string): boolean {
  return key !== '' && isSecretName(key) && value.length >= (/pass|secret/i.test(key) ? 1 : 16);
}

function keepWord(value: string): void {
  knownWords.add(value);
  const texts = [...knownWords].map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  words = new RegExp(`(?<![A-Za-z0-9])(?:${texts.join('|')})(?![A-Za-z0-9])`, 'g');
}

function keepForms(all: readonly string[]): void {
  for (const form of all)
    if (onlyRun.test(form)) keepStretches(form);
    else if (form.length >= 8) keepForm(form);
}

/** Put where it belongs: sorting all of them for each would make ten thousand kubeconfigs quadratic. */
function keepForm(form: string): void {
  if (known.has(form)) return;
  known.add(form);
  const at = firstForm(({ length }) => length < form.length);
  forms.splice(at, 0, form);
}

/** The index of the first one that is short enough; of none, their number. */
function firstForm(isShort: (form: string) => boolean): number {
  let [low, high] = [0, forms.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isShort(forms[middle] ?? '')) high = middle;
    else low = middle + 1;
  }
  return low;
}

function keepLong(value: string): void {
  const joined = value.replace(/\s+/g, '');
  for (const part of [joined, Buffer.from(value).toString('base64')].join(' ').match(run) ?? []) keepStretches(part);
}

function keepStretches(text: string): void {
  const bare = text.replace(/=+$/, '');
  for (let at = 0; at + shortestPiece <= bare.length; at++) stretches.add(bare.slice(at, at + shortestPiece));
}

/** A run of letters with every stretch of a secret in it replaced, joined where they overlap. */
function withoutPieces(text: string): string {
  let clean = '';
  let kept = 0;
  for (let at = 0; at + shortestPiece <= text.length; at++) {
    if (!stretches.has(text.slice(at, at + shortestPiece))) continue;
    let end = at + shortestPiece;
    while (end < text.length && stretches.has(text.slice(end - shortestPiece + 1, end + 1))) end++;
    if (/^=+$/.test(text.slice(end))) end = text.length;
    clean += text.slice(kept, at) + mask;
    kept = end;
    at = end - 1;
  }
  return kept === 0 ? text : clean + text.slice(kept);
}

function redactShort(text: string): string {
  if (text.length > 40) return redact(text);
  const before = seen.get(text);
  if (before !== undefined) return before;
  const clean = redact(text);
  if (seen.size > 5000) seen.clear();
  seen.set(text, clean);
  return clean;
}

function settle(): void {
  seen.clear();
}

function isLogin(text64: string): boolean {
  return /^[\x20-\x7e]*:[\x20-\x7e]*$/.test(Buffer.from(text64, 'base64').toString('latin1'));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
