/**
 * `compat.json`: which release was measured on which claim, with what verdict, and which defects are known by version. Written by
 * `npm run report -- compat`, read by `check` and by others.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

export const COMPAT_SCHEMA_VERSION = 1;

const filled = z.string().min(1);

const measurement = z.object({
  /** Family of releases, as known defects name it: `kube-proxy`. */
  product: filled,
  /** Without `v`: `1.31.0`; the product's own word, never the cluster's. */
  version: filled,
  /** What else tells subjects of one version apart: `iptables`. Empty where nothing does. */
  mode: z.string(),
  ipFamily: z.enum(['ipv4', 'ipv6', 'dual']),
  area: filled,
  spec: filled,
  claim: filled,
  verdict: z.enum(['pass', 'fail', 'expected-fail', 'inconclusive', 'skip']),
  /** Id of the known defect whose signature matched. */
  defect: filled.optional(),
  /** What was measured, one line for a reader. */
  figures: filled.optional(),
  /** Version of the API server that it stood beside. */
  kubernetes: z.string(),
  kernel: z.string(),
  /** Of the suite that measured. */
  commit: filled,
  /** The suite had changes that are in no commit. */
  dirty: z.boolean(),
  /** Day of the measurement, UTC: `2026-11-30`. */
  date: z.iso.date(),
  /** The command that repeats it. */
  repeat: filled,
});

const defect = z.object({
  id: filled,
  product: filled,
  /** Absent: every mode has it. */
  modes: z.array(filled).optional(),
  title: filled,
  /** A semver range, or one version of a product that counts otherwise. */
  affected: filled,
  /** The first release without it; null while there is none. */
  fixed: filled.nullable(),
  /** What makes it happen. */
  trigger: filled,
  /** What a user can do. */
  avoid: filled,
  refs: z.array(z.url()),
  specs: z.array(filled),
});

const compat = z.object({
  schema: z.literal(COMPAT_SCHEMA_VERSION),
  measurements: z.array(measurement),
  defects: z.array(defect),
});

export type CompatMeasurement = Readonly<z.infer<typeof measurement>>;
export type CompatDefect = Readonly<z.infer<typeof defect>>;
export interface Compat {
  readonly schema: typeof COMPAT_SCHEMA_VERSION;
  readonly measurements: readonly CompatMeasurement[];
  readonly defects: readonly CompatDefect[];
}

/** Checks data that was read from a file or from elsewhere. Throws with `where` and the first field that is not as described. */
export function compatOf(data: unknown, where: string): Compat {
  const result = compat.safeParse(data);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${where}: ${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'not as described'}`);
}

/** Reads `compat.json`. Throws when there is none, when it is no JSON, and as `compatOf`. */
export async function readCompat(file: URL | string): Promise<Compat> {
  const text = await readFile(file, 'utf8');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new Error(`${String(file)}: no JSON: ${(error as Error).message}`, { cause: error });
  }
  return compatOf(data, String(file));
}
