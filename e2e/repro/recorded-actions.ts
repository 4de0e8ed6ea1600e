/** Reads `actions.jsonl` of an attempt. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Action } from '../harness/run/action.ts';

const texts = z.array(z.string());
const target = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
  subresource: z.string().optional(),
});
const at = z.number();
const kept = z.literal(true).optional();

const schema = z.discriminatedUnion('do', [
  z.object({ at, do: z.literal('apply'), object: z.unknown() }),
  z.object({ at, do: z.literal('patch'), target, patch: z.unknown() }),
  z.object({ at, do: z.literal('delete'), target, graceSeconds: z.number().optional() }),
  z.object({ at, do: z.literal('request'), method: z.string(), path: z.string(), body: z.unknown().optional() }),
  z.object({ at, do: z.literal('exec'), pod: target, container: z.string().optional(), argv: texts, kept }),
  z.object({ at, do: z.literal('command'), node: z.string(), argv: texts, stdin: z.string().optional(), kept }),
  z.object({
    ...{ at, do: z.literal('write'), node: z.string(), path: z.string(), mode: z.number().int(), base64: z.string() },
  }),
  z.object({
    ...{ at, do: z.literal('saw'), target, addresses: texts },
    nodePorts: z.array(z.number().int()).optional(),
  }),
]);

/** Undefined where the attempt recorded none: it used no cluster, or is older than the record. Throws with file and line. */
export async function readActions(file: string): Promise<readonly Action[] | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  return text
    ?.split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const read = schema.safeParse(JSON.parse(line));
      if (!read.success) throw new Error(`${file}, line ${index + 1}: ${z.prettifyError(read.error)}`);
      return read.data as Action;
    });
}
