/** Regular expressions from users. An empty alternative (`a|`, `|a`, `(a|)`) matches everything, so it is refused. */
import { UsageError } from './usage-error.ts';

export function compilePattern(flag: string, text: string): RegExp {
  const delimited = /^\/(.*)\/([a-z]*)$/s.exec(text);
  const source = delimited?.[1] ?? text;
  if (source === '') throw new UsageError(`${flag}: the pattern is empty and would match everything`);
  let compiled: RegExp;
  try {
    compiled = new RegExp(source, delimited?.[2] ?? '');
  } catch (error) {
    throw new UsageError(`${flag} ${text}: ${(error as Error).message.replace(/^Invalid regular expression: /, '')}`);
  }
  if (hasEmptyAlternative(source))
    throw new UsageError(`${flag} ${text}: an alternative is empty and would match everything; remove the extra |`);
  if (/[gy]/.test(compiled.flags)) throw new UsageError(`${flag} ${text}: flags g and y make no sense here`);
  return compiled;
}

function hasEmptyAlternative(source: string): boolean {
  const plain = source.replace(/\\./gs, 'x').replace(/\[[^\]]*\]/g, 'x');
  return /(^|\||\((\?(:|<?[=!]|<\w+>))?)\|/.test(plain) || /\|($|\))/.test(plain);
}
