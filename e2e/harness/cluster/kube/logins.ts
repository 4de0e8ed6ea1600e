/** Logins that client-node does not do as client-go does, and what is written of them into a kubeconfig for others. */
import type { KubeConfig } from '@kubernetes/client-node';
import { ExecLogin, execPluginOf } from './exec-login.ts';
import { TokenFile, tokenFileOf } from './token-file.ts';

const renewable = new WeakMap<KubeConfig, readonly (ExecLogin | TokenFile)[]>();

export function addLogins(config: KubeConfig): void {
  const logins = [new TokenFile(), new ExecLogin(() => clusterInfo(config))];
  for (const login of logins) config.addAuthenticator(login);
  renewable.set(config, logins);
}

/** After the server refused a login: true when the next request has a new one. */
export function forgetLogin(config: KubeConfig): boolean {
  const user = config.getCurrentUser();
  const login = user === null ? undefined : renewable.get(config)?.find((one) => one.isAuthProvider(user));
  login?.forget();
  return login !== undefined;
}

/** A user's entry as kubectl reads it. */
export function exportedUser(entry: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { 'auth-provider': given, ...rest } = entry;
  const tokenFile = tokenFileOf(given);
  if (tokenFile !== undefined) return { ...rest, tokenFile };
  const exec = execPluginOf(given);
  return exec === undefined ? entry : { ...rest, exec };
}

/** What a plugin with `provideClusterInfo` is told. */
function clusterInfo(config: KubeConfig): object {
  const cluster = config.getCurrentCluster();
  return {
    server: cluster?.server,
    'tls-server-name': cluster?.tlsServerName,
    // Over plain HTTP the flag is ours, see connection.ts.
    'insecure-skip-tls-verify':
      cluster?.skipTLSVerify === true && !cluster.server.startsWith('http:') ? true : undefined,
    'certificate-authority-data': cluster?.caData,
    'proxy-url': cluster?.proxyUrl,
  };
}
