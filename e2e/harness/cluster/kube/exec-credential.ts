/** What a credential plugin answered: an ExecCredential of client.authentication.k8s.io. Pure. */

export interface Credential {
  readonly token: string | undefined;
  /** PEM, as its key is. */
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** Milliseconds since 1970; undefined where it holds until the server refuses it. */
  readonly endsAt: number | undefined;
}

/** Throws Error that quotes nothing of the answer: it may be the token. */
export function credentialIn(answer: string, apiVersion: string): Credential {
  const { apiVersion: given, kind, status } = objectOf(answer);
  if (kind !== 'ExecCredential') throw new Error('its answer is no ExecCredential');
  if (given !== apiVersion) throw new Error(`its answer is not of ${apiVersion}, which the kubeconfig asks for`);
  if (typeof status !== 'object' || status === null) throw new Error('its answer has no status');
  const text = (field: string): string | undefined => {
    const value = (status as Readonly<Record<string, unknown>>)[field];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [token, certificate, key] = [text('token'), text('clientCertificateData'), text('clientKeyData')];
  if ((certificate === undefined) !== (key === undefined))
    throw new Error('its answer has one of clientCertificateData and clientKeyData without the other');
  if (token === undefined && certificate === undefined) throw new Error('its answer has no token and no certificate');
  const ends = text('expirationTimestamp');
  const endsAt = ends === undefined ? undefined : Date.parse(ends);
  if (Number.isNaN(endsAt)) throw new Error('the expirationTimestamp of its answer is no time');
  return { token, certificate, key, endsAt };
}

function objectOf(answer: string): Readonly<Record<string, unknown>> {
  if (answer.trim() === '') throw new Error('it ended with 0 and answered nothing');
  let value: unknown;
  try {
    value = JSON.parse(answer);
  } catch {
    throw new Error('its answer is not JSON');
  }
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
