/** What a kubeconfig holds that must never be shown, from its parsed form: YAML in every style, and JSON. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { FAILSAFE_SCHEMA, load } from 'js-yaml';
import { keepBasicLogin, keepSecret, keepVerbatim } from './redact.ts';
import { isSecretName, looksSecret } from './secret-forms.ts';

/** Larger files are no tokens and no keys. */
const mostBytes = 256 * 1024;
const pemFields = /^(?:client-?key-?data|client-?certificate-?data|key-?data|cert-?data)$/i;
const authorities = /^(?:certificate-?authority-?data|ca-?data)$/i;
const files = /^(?:token-?file|client-?key|client-?certificate|key-?file|cert-?file)$/i;

/** Registers the credentials of a kubeconfig's text. @param folder where its relative paths begin; without it no file is read */
export function keepKubeconfigSecrets(text: string, folder?: string): void {
  const config = parsed(text);
  if (config === undefined) keepByForm(text);
  else keepObjectSecrets(config, folder);
}

/** The same of a kubeconfig that is an object already, in whatever spelling: `clientKeyData`, `client-key-data`, `keyData`. */
export function keepObjectSecrets(config: unknown, folder?: string): void {
  const seen = new Set<object>();
  const visit = (value: unknown, key: string, within: string): void => {
    if (typeof value === 'string') return keepField(key, value, within, folder);
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (Array.isArray(value)) {
      if (key === 'args') keepArguments(value.filter((one) => typeof one === 'string'));
      for (const one of value) visit(one, key, within);
      return;
    }
    const { username, password, name, value: given } = value as Record<string, unknown>;
    if (typeof username === 'string' && typeof password === 'string') keepBasicLogin(username, password);
    if (within === 'exec' && typeof name === 'string' && typeof given === 'string') {
      if (isSecretName(name) || looksSecret(given)) keepSecret(given);
      return;
    }
    const inner = (one: string): string => (/^(?:exec|auth-?provider)$/i.test(one) ? one.toLowerCase() : within);
    for (const [one, more] of Object.entries(value)) visit(more, one, inner(one));
  };
  visit(config, '', '');
}

function keepField(key: string, value: string, within: string, folder: string | undefined): void {
  const url = /:\/\/([^\s/@:]*):([^\s/@]+)@/.exec(value);
  if (url !== null) keepBasicLogin(decoded(url[1] ?? ''), decoded(url[2] ?? ''));
  if (pemFields.test(key)) keepEncodedPem(value);
  else if (authorities.test(key)) keepVerbatim(value.replace(/\s+/g, ''));
  else if (files.test(key)) keepFile(value, folder);
  else if (isSecretName(key)) keepSecret(value);
  else if (within.startsWith('auth') && looksSecret(value)) keepSecret(value);
}

/** `--client-secret x`, `--client-secret=x`, and what looks like a secret by itself; a value behind another option is its value. */
function keepArguments(args: readonly string[]): void {
  for (const [index, argument] of args.entries()) {
    const [, flag, assigned] = /^--?([\w.-]+)=(.*)$/s.exec(argument) ?? [];
    const before = /^--?([\w.-]+)$/.exec(args[index - 1] ?? '')?.[1];
    const name = flag ?? before;
    const value = assigned ?? argument;
    if (/^--?[\w.-]+$/.test(value)) continue;
    const [, variable, variableValue = ''] = /^([A-Za-z_]\w*)=(.+)$/s.exec(value) ?? [];
    if (variable !== undefined && isSecretName(variable)) keepSecret(variableValue);
    if (name === undefined ? looksSecret(value) : isSecretName(name)) keepSecret(value);
  }
}

/** Base64 of a PEM text, as one line or folded; and the text, its lines and its body. */
function keepEncodedPem(value: string): void {
  const joined = value.replace(/\s+/g, '');
  keepVerbatim(joined);
  keepPem(Buffer.from(joined, 'base64').toString('latin1'));
}

function keepPem(text: string): void {
  // A header names the kind and hides nothing; the last line may be short, and is a piece only where it is not.
  const lines = text.split(/\r?\n/).filter((line) => line.length >= 16 && !line.startsWith('---'));
  keepVerbatim(...lines, lines.join(''), JSON.stringify(text).slice(1, -1), text);
}

function keepFile(path: string, folder: string | undefined): void {
  if (folder === undefined || path === '') return;
  try {
    const file = resolve(folder, path);
    const facts = statSync(file);
    if (!facts.isFile() || facts.size > mostBytes) return;
    const text = readFileSync(file, 'utf8');
    if (text.includes('-----BEGIN')) keepPem(text);
    else keepSecret(text);
  } catch {
    // A file that cannot be read has nothing to hide; who needs it says so.
  }
}

/** Values as they stand, for looking at: no number, date or boolean loses its spelling. */
function parsed(text: string): unknown {
  for (const options of [{ schema: FAILSAFE_SCHEMA }, {}])
    try {
      return load(text, options);
    } catch (error) {
      // The other schema knows more tags; what is no YAML at all is none there either.
      if (!/tag/.test((error as { readonly reason?: string }).reason ?? '')) return undefined;
    }
  return undefined;
}

/** For a text that no parser takes: what stands behind the names of secrets, to the end of the line. */
function keepByForm(text: string): void {
  // A bound on the name: each place of a long word would look for the word's end, and a long file took minutes.
  for (const found of text.matchAll(/["']?([A-Za-z][\w.-]{0,100})["']?\s{0,100}[:=][ \t]*/g)) {
    const [whole, name = ''] = found;
    const line = text.slice(found.index + whole.length).split('\n', 1)[0] ?? '';
    const quoted = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')/.exec(line);
    const value = quoted?.[1] ?? quoted?.[2] ?? line.trim();
    if (pemFields.test(name)) keepEncodedPem(/^[\w+/=-]*/.exec(value)?.[0] ?? '');
    // In flow style a value ends before the line does.
    else if (isSecretName(name)) keepSecret(value, /^[^,}\]]*/.exec(value)?.[0] ?? '');
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
