/** What a look at a cluster found, as `check --output json` gives it. A newer version of the schema gets another number. */
import { z } from 'zod';

const count = z.int().min(0);

const exposed = z.strictObject({
  id: z.string(),
  what: z.string(),
  count,
  /** The first of them, as `namespace/name`. */
  examples: z.array(z.string()),
});

const defect = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** `true`: the product has it. `null`: nobody knows. */
  has: z.union([z.literal(true), z.null()]),
  by: z.enum(['measured', 'inferred', 'listed', 'not measured']),
  /** Range of versions that have it, as the list of defects says. */
  affected: z.string(),
  /** The first release without it; null while there is none. */
  fixed: z.string().nullable(),
  /** Versions measured with it and without it. */
  measured: z.strictObject({ bad: z.array(z.string()), good: z.array(z.string()) }),
  trigger: z.string(),
  avoid: z.string(),
  refs: z.array(z.string()),
  specs: z.array(z.string()),
  /** Objects of this cluster that let it happen; empty when nothing is known about that. */
  matters: z.array(exposed),
});

const subject = z.strictObject({
  product: z.string(),
  role: z.string(),
  /** As found on the cluster; null where the API does not tell it. */
  found: z.string().nullable(),
  /** As looked up: without `v` and the vendor's suffix. */
  version: z.string().nullable(),
  vendor: z.string(),
  mode: z.string().nullable(),
  /** Where version and mode stand. */
  told: z.string(),
  nodes: z.strictObject({ count, examples: z.array(z.string()) }),
  /** Claims measured on this version and mode, and how many of them passed. */
  claims: z.strictObject({ measured: count, passed: count }),
  /** Claims that failed without a known defect. */
  failures: z.array(z.strictObject({ spec: z.string(), claim: z.string(), figures: z.string() })),
  /** Those that it has, and those of which nobody knows. */
  defects: z.array(defect),
  /** Nothing is known about this version of it. */
  unknown: z.boolean(),
});

const tuple = z.object({ src: z.string(), dst: z.string(), sport: count, dport: count });
const staleRow = z.object({
  reason: z.string(),
  frontend: z.string(),
  /** `namespace/name` of the Service, or of the pod with the host port. */
  owner: z.string().optional(),
  /** Pod that has the backend's address now. */
  newOwner: z.string().optional(),
  /** Whether anybody sent between the two looks. */
  sending: z.boolean(),
  packetsBetween: z.number().optional(),
  row: z.object({
    protocol: z.enum(['UDP', 'TCP', 'SCTP']),
    original: tuple,
    reply: tuple,
    timeoutSeconds: count,
    zone: count,
    id: count,
    madeMs: count.optional(),
  }),
});

const nodeRows = z.strictObject({
  node: z.string(),
  /** Null: its table could not be read, and `error` says why. */
  rows: count.nullable(),
  error: z.string().nullable(),
  stale: z.array(staleRow),
  untold: count,
});

export const checkResult = z.strictObject({
  schema: z.literal(1),
  /** When it was looked, ISO 8601. */
  at: z.string(),
  context: z.string(),
  data: z.string(),
  took: z.strictObject({ ms: count, requests: count }),
  /** Null: could not be counted. */
  cluster: z.strictObject({ nodes: count.nullable(), pods: count.nullable(), services: count.nullable() }),
  verdict: z.enum(['nothing found', 'affected', 'could not look']),
  subjects: z.array(subject),
  exposed: z.array(exposed),
  /** With --rows: the rows that are stale right now. */
  rows: z.array(nodeRows).optional(),
  /** What could not be read, and what nobody measured. */
  missing: z.array(z.strictObject({ what: z.string(), why: z.string() })),
});

export type CheckResult = z.infer<typeof checkResult>;
export type CheckedSubject = z.infer<typeof subject>;
export type CheckedDefect = z.infer<typeof defect>;

/** 0 nothing, 1 affected or stale rows, 2 could not look. */
export const EXIT_OF_VERDICT = { 'nothing found': 0, affected: 1, 'could not look': 2 } as const satisfies Record<
  CheckResult['verdict'],
  number
>;
