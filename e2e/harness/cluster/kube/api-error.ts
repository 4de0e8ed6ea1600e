/** Errors of this room. Everything that leaves it has one of these classes and never holds a credential. */
import { redact } from '../../run/redact.ts';

/** The API server answered with an error. `message` is the server's own sentence behind what was asked. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** The server's machine-readable reason: `NotFound`, `Forbidden`, `Conflict`, … */
  readonly reason: string;
  constructor(request: string, status: number, reason: string, message: string) {
    super(`${request}: ${status} ${reason}: ${message}`);
    this.status = status;
    this.reason = reason;
  }
}

/** By name, because a test runner may load this file twice and then instanceof fails. */
export function isApiError(error: unknown, status?: number): error is Error & Pick<ApiError, 'status' | 'reason'> {
  return (
    error instanceof Error &&
    error.name === 'ApiError' &&
    (status === undefined || (error as Error & { readonly status?: unknown }).status === status)
  );
}

/** No answer: connection refused, reset, timed out, TLS. `tries` says how often it was attempted. */
export class ApiTransportError extends Error {
  override readonly name = 'ApiTransportError';
}

/**
 * Nobody knows how a command ended. `started` says whether it had begun in the container, `refused` that the runtime
 * would not run it (no shell in the image, say), which another try does not change.
 */
export class ExecTransportError extends Error {
  override readonly name = 'ExecTransportError';
  readonly started: boolean;
  readonly refused: boolean;
  constructor(
    message: string,
    facts: { readonly started: boolean; readonly refused?: boolean },
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.started = facts.started;
    this.refused = facts.refused ?? false;
  }
}

/** A wait ran into its deadline. The message says for what, how long, how many tries, and what was there instead. */
export class WaitTimeoutError extends Error {
  override readonly name = 'WaitTimeoutError';
}

/** Makes an ApiError from a response body, which is usually a JSON Status. */
export function apiErrorFrom(request: string, status: number, body: string): ApiError {
  const parsed = parseStatus(body);
  const reason = parsed?.reason ?? httpReasons[status] ?? 'Error';
  return new ApiError(
    request,
    status,
    reason,
    parsed?.message === undefined ? redact(body.trim()).slice(0, 500) || 'no body' : redact(parsed.message),
  );
}

const httpReasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

function parseStatus(body: string): { readonly reason?: string; readonly message?: string } | undefined {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null) return undefined;
    const { reason, message } = value as { reason?: unknown; message?: unknown };
    return {
      ...(typeof reason === 'string' && reason !== '' && { reason }),
      ...(typeof message === 'string' && { message }),
    };
  } catch {
    return undefined;
  }
}
