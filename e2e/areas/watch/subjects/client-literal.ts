/** How an API client or a plain TCP client is run. Data only; what is known about it stands in known-defects.yaml beside it. */
import type { ClientCapability } from './kind.ts';

export interface ClientLiteral {
  /** `<name>[@version][+variant]` */
  readonly name: string;
  readonly summary: string;
  /** `timer`: plain TCP on the timer-server; `api`: watches ConfigMaps; `poll`: lists them now and then on a pool. */
  readonly speaks: ClientCapability;
  readonly program:
    | { readonly kind: 'node'; readonly program: string }
    | { readonly kind: 'bundle'; readonly part: string; readonly runtimePart: string }
    | { readonly kind: 'python'; readonly script: string; readonly venvPart?: string }
    | { readonly kind: 'binary'; readonly part: string }
    | { readonly kind: 'java'; readonly part: string }
    | { readonly kind: 'image' }
    | { readonly kind: 'curl' | 'kubectl'; readonly arguments: readonly string[] };
  /** Keys of the program's configuration besides the targets. */
  readonly config: Readonly<Record<string, string | number | boolean>>;
  readonly env: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, string>>;
  /** How it keeps its connection, where the product can do it in several ways; known defects name it. */
  readonly mode?: string;
  /** How a variant was made, for reports. */
  readonly remarks: readonly string[];
  /** Judged by default only when this option is given. */
  readonly byOption?: string;
  /** Specs that must catch it; empty for a client as its users run it. */
  readonly caughtBy: readonly string[];
  /** How they must fail, as outcomes of `loss-noticed`. Absent: `unnoticed`. */
  readonly caughtAs?: readonly string[];
}
