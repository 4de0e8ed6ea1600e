/** One secret of each kind, in each field of a kubeconfig and of the environment; how programs print them; and a search. */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { dump } from 'js-yaml';

const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');

/** Lines that no other key has, so that a piece which is found says which file it is of. */
function pem(kind: string, mark: string): string {
  const line = (row: number): string => `${mark}${row}${`${row}Vj+/qZ${mark}xK${row}w7`.repeat(8)}`.slice(0, 64);
  return `-----BEGIN ${kind}-----\n${[0, 1, 2, 3, 4].map(line).join('\n')}\n${mark}LastLine0123456=\n-----END ${kind}-----\n`;
}

/** None is part of another one, and none is a word of a report. */
export const planted = {
  token: 'planted.bearer/token+with=marks',
  tokenOfFile: 'planted-token-of-a-file-51',
  tokenOfPlugin: 'k8s-aws-v1.plantedTokenOfPlugin62xYz/q',
  password: 'planted "basic" pass & <word> it\'s',
  shortPassword: 'pl4nt9',
  proxyPassword: 'planted pr@xy/pass:word',
  execEnvironment: 'plantedExecEnv/Value+73',
  execArgument: 'planted only words here',
  execAssigned: 'plantedAssigned84Value',
  providerAccess: 'planted-provider-access-95',
  providerRefresh: 'planted-provider-refresh-06',
  providerSecret: 'planted provider client secret',
  environmentKey: 'plantedAwsKey/Of+Environment17',
  environmentToken: 'planted-environment-token-28',
  environmentProxy: 'planted-env-proxy-39',
} as const;
export const keys = {
  clientKeyData: pem('EC PRIVATE KEY', 'KeyD'),
  clientCertificateData: pem('CERTIFICATE', 'CrtD'),
  clientKeyFile: pem('PRIVATE KEY', 'KeyF'),
  clientCertificateFile: pem('CERTIFICATE', 'CrtF'),
} as const;

export const plantedEnvironment: Readonly<Record<string, string>> = {
  AWS_SECRET_ACCESS_KEY: planted.environmentKey,
  GITLAB_TOKEN: planted.environmentToken,
  HTTPS_PROXY: `http://someone:${planted.environmentProxy}@proxy.example:3128`,
};

/** Styles in which the same kubeconfig is written. */
export const styles = {
  blocks: (config: object) => dump(config),
  flow: (config: object) => dump(config, { flowLevel: 0, lineWidth: -1 }),
  folded: (config: object) => dump(config, { lineWidth: 60, forceQuotes: true }),
  json: (config: object) => JSON.stringify(config),
  lines: (config: object) => JSON.stringify(config, null, 2),
} as const;

export interface PlantedConfig {
  readonly style: keyof typeof styles;
  readonly server: string;
  /** Whose login is used; the other users are there all the same. */
  readonly user: 'token' | 'basic' | 'plugin';
  /** What its plugin does: give a token, or say everything that it knows and fail. */
  readonly plugin?: 'gives' | 'fails';
  /** Appended, so that no parser takes the file. */
  readonly broken?: string;
}

/** Writes the kubeconfig and the files that it names into `folder`; returns its path. */
export async function plantKubeconfig(folder: string, config: PlantedConfig): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'token'), `${planted.tokenOfFile}\n`);
  await writeFile(join(folder, 'client.key'), keys.clientKeyFile);
  await writeFile(join(folder, 'client.crt'), keys.clientCertificateFile);
  await writeFile(join(folder, 'told'), tellings().join('\n'));
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token: planted.tokenOfPlugin },
  };
  await writeFile(join(folder, 'credential'), JSON.stringify(credential));
  const plugin = config.plugin === 'fails' ? 'cat told; cat told >&2; exit 1' : 'cat credential';
  await writeFile(join(folder, 'plugin.sh'), `cd ${folder}\n${plugin}\n`);
  const path = join(folder, 'kubeconfig');
  await writeFile(path, `${styles[config.style](objectOf(folder, config))}${config.broken ?? ''}`);
  return path;
}

function objectOf(folder: string, { server, user }: PlantedConfig): object {
  const proxy = `http://proxyuser:${encodeURIComponent(planted.proxyPassword)}@proxy.example:3128`;
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    interactiveMode: 'Never',
    command: '/bin/sh',
    args: [
      ...[join(folder, 'plugin.sh'), '--client-secret', planted.execArgument, `--api-key=${planted.execAssigned}`],
      ...['--cluster-name', 'prod'],
    ],
    env: [
      { name: 'VAULT_SECRET_ID', value: planted.execEnvironment },
      { name: 'AWS_REGION', value: 'eu-central-1' },
    ],
  };
  const provider = {
    'access-token': planted.providerAccess,
    'refresh-token': planted.providerRefresh,
    'client-secret': planted.providerSecret,
  };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'planted',
    contexts: [{ name: 'planted', context: { cluster: 'planted', user } }],
    clusters: [
      { name: 'planted', cluster: { server } },
      { name: 'proxied', cluster: { server: 'https://192.0.2.1:6443', 'proxy-url': proxy } },
    ],
    users: [
      { name: 'token', user: { token: planted.token } },
      { name: 'file', user: { tokenFile: join(folder, 'token') } },
      { name: 'basic', user: { username: 'admin', password: planted.password } },
      { name: 'short', user: { username: 'admin', password: planted.shortPassword } },
      {
        name: 'data',
        user: {
          'client-key-data': base64(keys.clientKeyData),
          'client-certificate-data': base64(keys.clientCertificateData),
        },
      },
      {
        name: 'files',
        user: { 'client-key': join(folder, 'client.key'), 'client-certificate': join(folder, 'client.crt') },
      },
      { name: 'plugin', user: { exec } },
      { name: 'provider', user: { 'auth-provider': { name: 'oidc', config: provider } } },
    ],
  };
}

/** How programs write a string down, by name. Not those of the redactor: this list must be able to accuse it. */
const printed: Readonly<Record<string, (secret: string) => string>> = {
  'as it is': (secret) => secret,
  'in JSON': (secret) => JSON.stringify(secret).slice(1, -1),
  'in JSON of Go': (secret) => goEscaped(JSON.stringify(secret).slice(1, -1)),
  'in JSON in JSON': (secret) => JSON.stringify(JSON.stringify(secret)).slice(3, -3),
  'in a URL': (secret) => encodeURIComponent(secret),
  'in a form': (secret) => new URLSearchParams({ x: secret }).toString().slice(2),
  'in YAML quotes': (secret) => secret.replaceAll("'", "''"),
  'in base64': base64,
  'in base64 with its newline': (secret) => base64(`${secret}\n`),
  'in base64 of URLs': (secret) => Buffer.from(secret).toString('base64url'),
  'in base64 of a header': (secret) => base64(`admin:${secret}`),
  'in base64 of JSON': (secret) => base64(JSON.stringify({ a: [secret] })),
};

function goEscaped(json: string): string {
  return json.replace(/[<>&]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);
}

/** Lines that quote every secret in every form, as servers, plugins and proxies do. */
export function tellings(): readonly string[] {
  const words = Object.values(planted).flatMap((secret) =>
    Object.entries(printed)
      // Six letters inside of base64 are nothing that could be looked for.
      .filter(([form]) => secret.length > 8 || !form.includes('base64'))
      .map(([form, print]) => `it is ${form} "${print(secret)}", said the server`),
  );
  const files = Object.values(keys).flatMap((text) => [
    text,
    `{"key":${JSON.stringify(text)}}`,
    `data ${base64(text)} of it`,
    `cut ${base64(text).slice(40, 140)}`,
    ...text
      .split('\n')
      .slice(1, -2)
      .map((line) => `tls: bad line ${line}!`),
    `joined ${text.split('\n').slice(1, -2).join('')}`,
  ]);
  return [...words, ...files];
}

/** What of the secrets can be read in a text, in whatever form, also behind base64, HTML or a URL. Empty when nothing can. */
export function secretsIn(written: string): readonly string[] {
  const text = assets.reduce((rest, asset) => rest.replaceAll(asset, ''), written);
  const layers = new Set([text, fromHtml(text), fromHtml(fromHtml(text)), ...decodedRuns(text)]);
  for (const layer of [...layers]) layers.add(layer.replace(/\\+(["'\\/])/g, '$1').replace(/\\+u0026/g, '&'));
  const found = needles.filter(([, form]) => [...layers].some((layer) => layer.includes(form)));
  return [...new Set(found.map(([name, form]) => `${name}: ${form}`))];
}

/** What the page of mochawesome brings with it, whatever is told in it: nine tenths of what there would be to search. */
const generator = dirname(createRequire(import.meta.url).resolve('mochawesome-report-generator/package.json'));
const assets = ['app.js', 'app.inline.css'].map((name) => readFileSync(join(generator, 'dist', name), 'utf8').trim());

const pieceLength = 24;
/** Of a text in lines: every piece of 24 characters, at every eighth place. */
const piecesOf = (text: string): readonly string[] =>
  Array.from({ length: Math.floor((text.length - pieceLength) / 8) + 1 }, (_, at) =>
    text.slice(at * 8, at * 8 + pieceLength),
  );

const needles: readonly (readonly [name: string, form: string])[] = [
  ...Object.entries(planted).flatMap(([name, secret]) =>
    Object.values(printed)
      .map((print) => print(secret))
      .filter((form) => secret.length > 8 || form === secret)
      .map((form) => [name, form] as const),
  ),
  ...Object.entries(keys).flatMap(([name, text]) => [
    ...text
      .split('\n')
      .slice(1, -2)
      .flatMap((line) => [line, ...piecesOf(line)].map((piece) => [name, piece] as const)),
    ...piecesOf(base64(text).slice(40, -44)).map((piece) => [name, piece] as const),
  ]),
];

function fromHtml(text: string): string {
  const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text
    .replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCodePoint(parseInt(hex, 16)))
    .replace(/&#(\d+);/g, (_, number: string) => String.fromCodePoint(Number(number)))
    .replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => named[name] ?? '');
}

/** Runs of base64 that may hold a secret, decoded at each of the four places where it may begin. Fonts and scripts are longer. */
function decodedRuns(text: string): readonly string[] {
  const runs = text.match(/(?<![\w+/-])[\w+/-]{16,4000}/g) ?? [];
  return [0, 1, 2, 3].map((from) =>
    runs.map((run) => Buffer.from(run.slice(from), 'base64').toString('latin1')).join('\n'),
  );
}
