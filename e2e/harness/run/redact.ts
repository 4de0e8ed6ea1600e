/** Nothing secret leaves the process: every line of console, log, result data and text artefacts passes here. */

const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN ([A-Z ]+)-----[\s\S]*?(?:-----END \1-----|$)/g, '[redacted $1]'],
  [/\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*/g, '[redacted token]'],
  [/\b([Bb]earer\s+)(?!\[redacted)[\w.~+/-]{8,}=*/g, '$1[redacted]'],
  [
    /((?:client-key-data|client-certificate-data|certificate-authority-data|id-token|refresh-token|access-token|password|token)"?\s*[:=]\s*\\?"?)(?!\[redacted)[\w.~+/=-]{8,}/gi,
    '$1[redacted]',
  ],
  // "LS0tLS1CRUdJTi" is base64 of "-----BEGIN".
  [/LS0tLS1CRUdJTi[\w+/=]{20,}/g, '[redacted PEM]'],
];

const secrets = new Set<string>();

/** Registers strings that must never be shown: what a kubeconfig holds, for instance. Short ones are no secrets. */
export function keepSecret(...values: readonly string[]): void {
  for (const value of values) if (value.length >= 8) secrets.add(value);
}

export function redact(text: string): string {
  let clean = text;
  for (const secret of secrets) if (clean.includes(secret)) clean = clean.replaceAll(secret, '[redacted]');
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
  return clean;
}

/** JSON of a value whose strings are redacted one by one: a pattern must not run over the end of a string. */
export function redactedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? redact(inner) : inner));
}

/** Registers the credentials of a kubeconfig's text, as they stand there and decoded. */
export function keepKubeconfigSecret(text: string): void {
  for (const [, value = ''] of text.matchAll(
    /^\s*-?\s*(?:client-key-data|client-certificate-data|certificate-authority-data|token|password|id-token|refresh-token|access-token|client-secret)\s*:\s*["']?([^\s"']+)/gim,
  )) {
    keepSecret(value);
    if (/^LS0t/.test(value)) {
      const decoded = Buffer.from(value, 'base64').toString('utf8');
      keepSecret(decoded, ...decoded.split('\n').filter((line) => line.length >= 40 && !line.startsWith('---')));
    }
  }
}
