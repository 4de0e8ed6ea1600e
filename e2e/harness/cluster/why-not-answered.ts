/** Why nothing is known of what is on a cluster: three reasons with three remedies, none of which means that it is gone. */
import { isApiError } from './kube/api-error.ts';

/** For the beginning of a sentence: `refused (credentials)`, `not trusted`, `unreachable`, or `not done` for everything else. */
export function whyNotAnswered(error: unknown): string {
  if (isApiError(error, 401)) return 'refused: the API server does not know these credentials (any more)';
  if (isApiError(error, 403)) return 'refused: the account may not';
  if (!(error instanceof Error)) return 'not done';
  const codes = `${error.message} ${errorCodes(error)}`;
  if (/certificate|self-signed|ERR_TLS|altnames/i.test(codes))
    return 'not trusted: another server may answer there now';
  if (error.name.endsWith('TransportError')) return 'unreachable: what is there is unknown';
  return 'not done';
}

function errorCodes(error: Error): string {
  const { code } = error as { readonly code?: unknown };
  const cause = error.cause instanceof Error ? errorCodes(error.cause) : '';
  return `${typeof code === 'string' ? code : ''} ${cause}`;
}
