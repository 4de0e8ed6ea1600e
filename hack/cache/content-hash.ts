/** Names of built parts: a hash of everything that made them, so that equal inputs are never built twice. */
import { createHash } from 'node:crypto';

export type Hashable =
  | string
  | number
  | boolean
  | null
  | undefined
  | Uint8Array
  | readonly Hashable[]
  | { readonly [key: string]: Hashable };

/** 16 hex digits over a canonical form: the order of object keys does not matter, absent equals undefined. */
export function contentHash(inputs: Hashable): string {
  return createHash('sha256').update(canonical(inputs)).digest('hex').slice(0, 16);
}

function canonical(value: Hashable): string {
  if (value instanceof Uint8Array) return `bytes:${createHash('sha256').update(value).digest('hex')}`;
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value).filter((key) => value[key] !== undefined);
    return `{${keys
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
      .join(',')}}`;
  }
  return value === undefined ? 'null' : JSON.stringify(value);
}

function isList(value: Hashable): value is readonly Hashable[] {
  return Array.isArray(value);
}
