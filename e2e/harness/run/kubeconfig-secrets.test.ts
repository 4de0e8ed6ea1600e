import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { dump } from 'js-yaml';
import { describe, it } from 'mocha';
import { keepKubeconfigSecrets } from './kubeconfig-secrets.ts';
import { redact, redactedJson } from './redact.ts';

/** One secret of each kind; each is looked for by itself, so none is part of another. */
const body = Array.from(
  { length: 6 },
  (_, line) => `MIIE${String(line).repeat(3)}q7Zk/w+${'AbCdEfGh'.repeat(6)}xY${line}z`,
);
const pem = `-----BEGIN EC PRIVATE KEY-----\n${body.join('\n')}\n-----END EC PRIVATE KEY-----\n`;
const planted = {
  token: 'k8s-aws-v1.planted/token+with=marks',
  password: 'planted "pass" word & <more> it\'s',
  exec: 'planted-exec-value-77',
  argument: 'plantedArgument99x',
  flagged: 'only words here',
  provider: 'planted-provider-refresh',
  proxy: 'planted pr@xy/pass',
  file: 'planted-token-of-a-file-5',
  short: 'hun7er',
};

function kubeconfig(folder: string) {
  writeFileSync(join(folder, 'token'), `${planted.file}\n`);
  writeFileSync(join(folder, 'client.pem'), pem.replaceAll('MIIE', 'FILE'));
  const proxy = `http://proxyuser:${encodeURIComponent(planted.proxy)}@proxy.example:3128`;
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443', 'proxy-url': proxy } }],
    users: [
      { name: 'token', user: { token: planted.token } },
      { name: 'basic', user: { username: 'admin', password: planted.password } },
      { name: 'short', user: { username: 'admin', password: planted.short } },
      { name: 'key', user: { 'client-key-data': Buffer.from(pem).toString('base64') } },
      { name: 'file', user: { tokenFile: 'token', 'client-key': join(folder, 'client.pem') } },
      {
        name: 'exec',
        user: {
          exec: {
            command: 'aws',
            args: [
              'get-token',
              '--cluster-name',
              'prod-cluster-17',
              '--port',
              '80',
              '--client-secret',
              planted.flagged,
              planted.argument,
            ],
            env: [
              { name: 'AWS_SECRET_ACCESS_KEY', value: planted.exec },
              { name: 'AWS_PROFILE', value: 'default' },
              { name: 'DEBUG', value: 'true' },
              { name: 'AWS_REGION', value: 'eu-central-1' },
            ],
          },
        },
      },
      { name: 'provider', user: { 'auth-provider': { name: 'oidc', config: { 'refresh-token': planted.provider } } } },
    ],
  };
}

const written: Readonly<Record<string, (config: object) => string>> = {
  'YAML in blocks': (config) => dump(config),
  'YAML in flow style': (config) => dump(config, { flowLevel: 0, lineWidth: -1 }),
  'YAML in single quotes, folded': (config) => dump(config, { lineWidth: 60, forceQuotes: true }),
  JSON: (config) => JSON.stringify(config),
  'JSON over lines': (config) => JSON.stringify(config, null, 2),
};

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const printed: Readonly<Record<string, (secret: string) => string>> = {
  'as it is': (secret) => secret,
  'in JSON': (secret) => JSON.stringify({ a: [secret] }),
  'in JSON in JSON': (secret) => JSON.stringify(JSON.stringify({ a: secret })),
  'in JSON, in HTML, in JSON': (secret) =>
    JSON.stringify(JSON.stringify({ a: secret }).replaceAll('"', '&quot;').replaceAll('&', '&amp;')),
  'in JSON four times': (secret) => [1, 2, 3, 4].reduce((text) => JSON.stringify(text), secret),
  'in a form': (secret) => new URLSearchParams({ x: secret }).toString(),
  'in a URL, as Go escapes it': (secret) =>
    encodeURIComponent(secret).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  'in a URL in a URL': (secret) => encodeURIComponent(encodeURIComponent(secret)),
  'in a URL': (secret) => `?x=${encodeURIComponent(secret)}&y=1`,
  'in base64': (secret) => base64(secret),
  'inside of base64': (secret) => base64(`{"kind":"x","value":"${secret}"} `),
  'in YAML quotes': (secret) => `'${secret.replaceAll("'", "''")}'`,
};

describe('the secrets of a kubeconfig', () => {
  for (const [style, write] of Object.entries(written))
    it(`are hidden in every form that they are printed in: ${style}`, () => {
      const folder = mkdtempSync(join(tmpdir(), 'staleproof-secrets-'));
      try {
        keepKubeconfigSecrets(write(kubeconfig(folder)), folder);
      } finally {
        rmSync(folder, { recursive: true });
      }
      for (const [kind, secret] of Object.entries(planted))
        for (const [form, print] of Object.entries(printed)) {
          // Six letters in base64 are no string to look for.
          if (kind === 'short' && form.includes('base64')) continue;
          const text = print(secret);
          const clean = redact(`a line that says ${text} and goes on`);
          expect(clean, `${kind} ${form}`).to.include('[redacted]');
          for (const part of [secret, text, ...text.split(/[^\w+/-]+/).filter((one) => one.length > 12)])
            expect(clean.includes(part), `${kind} ${form}: ${part} in ${clean}`).to.equal(false);
        }
      const login = redact(`sent ${base64(`admin:${planted.password}`)} and ${base64(`admin:${planted.short}`)}`);
      expect(login).to.equal('sent [redacted] and [redacted]');
      for (const text of [
        pem,
        JSON.stringify(pem),
        base64(pem),
        body[3] ?? '',
        `x${body[4] ?? ''}y`,
        (body[5] ?? '').slice(7, 40),
      ]) {
        const clean = redact(`a ${text} b`);
        expect(clean).to.include('[redacted');
        expect(clean).to.not.match(/AbCdEfGhAbCdEfGh|QWJDZEVmR2hBYkNkRWZHa/);
      }
      // A long secret that was cut somewhere is still one.
      expect(redact(base64(pem).slice(31, 120))).to.equal('[redacted]');
      expect(redactedJson({ [planted.exec]: 1, deep: { password: 'x' } })).to.equal(
        '{"[redacted]":1,"deep":{"password":"[redacted]"}}',
      );
    });

  it('are not words that a report needs', () => {
    const text =
      'port 80 true default get-token --cluster-name prod-cluster-17 eu-central-1 admin proxyuser aws 127.0.0.1:6443';
    expect(redact(text)).to.equal(text);
  });

  it('are found in a text that no parser takes', () => {
    keepKubeconfigSecrets('users:\n- {name: a, user: {password: "broken flow pass"\n\t- password: broken block pass\n');
    expect(redact('x broken flow pass, broken block pass y')).to.equal('x [redacted], [redacted] y');
  });

  it('are hidden by the name that stands before them', () => {
    for (const text of [
      'AWS_SECRET_ACCESS_KEY=abc/planted+unregistered',
      'AWS_SESSION_TOKEN="planted unregistered value"',
      'password: "planted unregistered value"',
      String.raw`{\"password\":\"planted unregistered value\"}`,
      '{"name":"DB_PASSWORD","value":"planted"}',
      `Authorization: Basic ${base64('admin:planted-unregistered')}`,
      'GET https://user:planted-unregistered@host.example/x',
    ]) {
      const clean = redact(text);
      expect(clean).to.include('[redacted]');
      expect(clean).to.not.match(/planted|unregistered|YWRtaW46/);
      expect(redact(clean)).to.equal(clean);
    }
    for (const text of [
      'Basic authentication is off',
      'GOOGLE_APPLICATION_CREDENTIALS_FILE=/etc/some/file',
      'CACHE_KEY_TTL: 3600',
    ])
      expect(redact(text)).to.equal(text);
  });
});
