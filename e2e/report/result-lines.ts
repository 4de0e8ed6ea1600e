/**
 * Reads `results.jsonl`: every line is validated, nothing is dropped in silence. A torn last line (the run was killed
 * while it wrote) and any invalid line become problems that each report shows.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { RESULT_SCHEMA_VERSION, type ResultLine, type SubjectInfo } from '../harness/run/result-schema.ts';

const verdict = z.enum([
  'pass',
  'fail',
  'inconclusive',
  'skip',
  'expected-fail',
  'unexpected-pass',
  'flaky',
  'infrastructure-error',
  'not-run',
]);
const texts = z.array(z.string());
const spec = z.object({
  id: z.string(),
  area: z.string(),
  title: z.string(),
  claim: z.string(),
  tags: texts,
  core: z.boolean(),
  file: z.string(),
  refs: z.array(z.object({ title: z.string(), url: z.string() })),
  judges: z.string().optional(),
});
const subject = z.object({
  name: z.string(),
  kind: z.string(),
  product: z.string().optional(),
  version: z.string().optional(),
  mode: z.string().optional(),
  versions: z.record(z.string(), z.string()),
  remarks: texts,
});
const laterNote = z.object({ subjects: z.array(subject) });

/** Subjects in a note's data; none when it holds something else. */
export function laterSubjects(data: unknown): readonly SubjectInfo[] {
  const parsed = laterNote.safeParse(data);
  return parsed.success ? parsed.data.subjects : [];
}

const runStart = z.object({
  type: z.literal('run-start'),
  schema: z.number().int().max(RESULT_SCHEMA_VERSION, 'was written by a newer staleproof than this one'),
  run: z.string(),
  wall: z.string(),
  argv: texts,
  seed: z.number(),
  shard: z.string().optional(),
  selection: z.object({ specs: z.number().int(), sha256: z.string() }).optional(),
  options: z.record(z.string(), z.unknown()),
  facts: z.record(z.string(), z.string()),
  subjects: z.array(subject),
  specs: z.array(spec),
});
const step = z.object({
  title: z.string(),
  startedAt: z.number(),
  endedAt: z.number().optional(),
  depth: z.number(),
  error: z.string().optional(),
});
const evidence = z.object({
  at: z.number(),
  until: z.number().optional(),
  kind: z.string(),
  lane: z.string(),
  summary: z.string(),
  data: z.unknown().optional(),
  artifact: z.string().optional(),
});
const failure = z.object({
  name: z.string(),
  message: z.string(),
  stack: z.string().optional(),
  subject: z.string().optional(),
  expected: z.string().optional(),
  observed: z.string().optional(),
  durationMs: z.number().optional(),
  tries: z.number().optional(),
  artifact: z.string().optional(),
  causes: texts.optional(),
});
const judgement = z.object({
  id: z.string(),
  ok: z.boolean(),
  of: z.string().optional(),
  outcome: z.string(),
  facts: z.record(z.string(), z.string()),
  measures: z.record(z.string(), z.number()),
});
const known = z.object({
  of: z.string(),
  defect: z.object({ id: z.string(), reason: z.string(), link: z.string(), fixed: z.string().optional() }),
  met: z.boolean(),
});
const attempt = z.object({
  type: z.literal('attempt'),
  spec,
  attempt: z.number().int(),
  repetition: z.number().int(),
  final: z.boolean(),
  verdict,
  reason: z.string().optional(),
  defect: z
    .object({
      id: z.string(),
      reason: z.string(),
      link: z.string(),
      since: z.string().optional(),
      fixed: z.string().optional(),
    })
    .optional(),
  failure: failure.optional(),
  subjects: texts,
  startedAt: z.number(),
  endedAt: z.number(),
  leaked: z.boolean(),
  steps: z.array(step),
  evidence: z.array(evidence),
  judgements: z.array(judgement).optional(),
  undecided: texts.optional(),
  known: z.array(known).optional(),
  series: z.array(
    z.object({
      name: z.string(),
      lane: z.string(),
      unit: z.string(),
      points: z.array(z.tuple([z.number(), z.number()])),
    }),
  ),
  measures: z.array(z.object({ name: z.string(), value: z.number(), unit: z.string(), bound: z.number().optional() })),
  inShort: z.string().optional(),
  attachments: z.array(z.object({ name: z.string(), path: z.string(), mime: z.string() })),
  cleanupErrors: texts,
  artifacts: z.string(),
});
const note = z.object({
  type: z.literal('note'),
  at: z.number(),
  level: z.enum(['info', 'warning', 'infrastructure-error']),
  summary: z.string(),
  data: z.unknown().optional(),
});
const runEnd = z.object({
  type: z.literal('run-end'),
  at: z.number(),
  wall: z.string(),
  exitCode: z.number().int(),
  interrupted: z.string().optional(),
  counts: z.partialRecord(verdict, z.number()),
  guard: z.record(z.string(), z.number()).optional(),
});

/** One line of `results.jsonl`. Keys that a later schema adds are ignored, a missing or wrong one is refused. */
const resultLine = z.discriminatedUnion('type', [runStart, attempt, note, runEnd]);

export type LineOrProblem =
  { readonly ok: true; readonly line: ResultLine } | { readonly ok: false; readonly problem: string };

/** Parses one line; `where` names it in the problem's text. */
function parseResultLine(text: string, where: string): LineOrProblem {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: `${where} is not JSON (${text.length} characters)` };
  }
  const parsed = resultLine.safeParse(value);
  if (parsed.success) return { ok: true, line: parsed.data as ResultLine };
  const issue = parsed.error.issues[0];
  return { ok: false, problem: `${where}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}` };
}

/** Streams a file's lines in order. A file that does not exist is one problem, not an exception. */
export async function* readResultLines(file: string): AsyncGenerator<LineOrProblem> {
  const input = createReadStream(file, 'utf8');
  let number = 0;
  let held: LineOrProblem | undefined;
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      number += 1;
      if (held !== undefined) yield held;
      held = text.trim() === '' ? undefined : parseResultLine(text, `line ${number} of results.jsonl`);
    }
  } catch (error) {
    yield {
      ok: false,
      problem: `results.jsonl cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    };
    return;
  }
  // Only the last line can be torn by a kill; say so, because that is what a reader wonders about.
  if (held?.ok === false)
    yield { ok: false, problem: `${held.problem}; it is the last line, so the run was probably killed` };
  else if (held !== undefined) yield held;
}
