/** Validates profiles: the literals in a test, and the files that a user brings (`--watch-profiles <file>`). */
import { readFile } from 'node:fs/promises';
import { load } from 'js-yaml';
import { z } from 'zod';
import type { FaultProfile } from './profile.ts';

const seconds = z.number().positive().max(86_400);

export const profileSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'a name is kebab-case'),
    summary: z.string().min(10),
    trigger: z.enum(['idle', 'command', 'none']),
    model: z.enum(['packet', 'proxy']),
    onExpiry: z.enum(['reset-both', 'fin-both', 'nothing', 'server-ends']),
    laterPacket: z.enum(['reset-sender', 'drop']),
    lagSeconds: z.number().min(0).max(120),
    scope: z.enum(['flow', 'all']),
    realIdleSeconds: seconds.optional(),
    noticeWithinSeconds: seconds,
    source: z.strictObject({ title: z.string().min(3), url: z.url({ protocol: /^https$/ }) }),
  })
  .superRefine((profile, context) => {
    const reject = (message: string): void => context.addIssue({ code: 'custom', message });
    if (profile.trigger === 'idle' && profile.realIdleSeconds === undefined)
      reject('trigger idle needs realIdleSeconds, the timeout of the real product');
    if ((profile.model === 'proxy') !== (profile.onExpiry === 'fin-both'))
      reject('fin-both is what a proxy does, and the only thing that it does here');
    if (profile.lagSeconds > 0 && (profile.onExpiry !== 'reset-both' || profile.trigger !== 'idle'))
      reject('lagSeconds delays the resets after idle expiry, and only those');
    if (profile.scope === 'all' && profile.trigger !== 'command') reject('scope all needs trigger command');
  });

const mostOfAMistake = 1_000;

/** A key or a value may be a whole file that was pasted at the wrong place. */
function shortened(text: string): string {
  return text.length <= mostOfAMistake ? text : `${text.slice(0, mostOfAMistake)}…`;
}

const profileList = z.array(profileSchema).min(1);

/** Reads a YAML list of profiles. Throws one error that names file, profile and field for everything that is wrong. */
export async function readProfileFile(path: string): Promise<readonly FaultProfile[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`profile file ${path}: ${(error as Error).message}`, { cause: error });
  }
  return readProfiles(text, path);
}

/** Of a file's text; `path` is for errors. */
export function readProfiles(text: string, path: string): readonly FaultProfile[] {
  let parsed: unknown;
  try {
    parsed = load(text);
  } catch (error) {
    throw new Error(`profile file ${path}: ${shortened((error as Error).message)}`, { cause: error });
  }
  const result = profileList.safeParse(parsed);
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`profile file ${path}: ${shortened(lines.join('; '))}`);
  }
  const names = result.data.map((profile) => profile.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`profile file ${path}: two profiles are named ${shortened(twice)}`);
  return result.data as readonly FaultProfile[];
}
