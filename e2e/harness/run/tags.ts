/**
 * Tag expressions: `conntrack && !slow && (udp || /node\w+/)`, with `and`, `or`, `not` as words too.
 * Tokens → predicate by recursive descent; every error quotes the expression and marks the place.
 */
import { closest } from './options/closest.ts';
import { compilePattern } from './pattern.ts';
import { UsageError } from './usage-error.ts';

export type TagPredicate = (tags: readonly string[]) => boolean;
interface Token {
  readonly kind: 'and' | 'or' | 'not' | 'open' | 'close' | 'tag' | 'pattern' | 'end';
  readonly text: string;
  readonly at: number;
}

const operators = new Map<string, Token['kind']>(
  Object.entries({
    '&&': 'and',
    '||': 'or',
    '!': 'not',
    '(': 'open',
    ')': 'close',
    and: 'and',
    or: 'or',
    not: 'not',
  } as const),
);

export function parseTags(expression: string, known: Readonly<Record<string, string>>): TagPredicate {
  const tokens = tokenize(expression);
  let position = 0;
  const peek = (): Token => tokens[position] ?? { kind: 'end', text: '', at: expression.length };
  const take = (): Token => {
    const token = peek();
    position += 1;
    return token;
  };
  const or = (): TagPredicate => {
    let left = and();
    while (peek().kind === 'or') {
      take();
      const [a, b] = [left, and()];
      left = (tags) => a(tags) || b(tags);
    }
    return left;
  };
  const and = (): TagPredicate => {
    let left = unary();
    while (peek().kind === 'and') {
      take();
      const [a, b] = [left, unary()];
      left = (tags) => a(tags) && b(tags);
    }
    return left;
  };
  const unary = (): TagPredicate => {
    const token = take();
    if (token.kind === 'not') {
      const inner = unary();
      return (tags) => !inner(tags);
    }
    if (token.kind === 'open') {
      const inner = or();
      const close = take();
      if (close.kind !== 'close') throw mistake(expression, close.at, 'expected )');
      return inner;
    }
    if (token.kind === 'pattern') return patternPredicate(expression, token, known);
    if (token.kind !== 'tag') throw mistake(expression, token.at, 'expected a tag');
    const name = token.text.toLowerCase();
    if (!Object.hasOwn(known, name)) throw unknownTag(expression, token, known);
    return (tags) => tags.includes(name);
  };
  const predicate = or();
  if (peek().kind !== 'end') throw mistake(expression, peek().at, 'expected && or || or the end');
  return predicate;
}

function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  const lexeme = /\s*(&&|\|\||!|\(|\)|\/(?:\\.|[^/\\])+\/[a-z]*|[A-Za-z0-9][\w.-]*|$)/gy;
  while (lexeme.lastIndex < expression.length) {
    const from = lexeme.lastIndex;
    const match = lexeme.exec(expression);
    const text = match?.[1];
    if (text === undefined) {
      const at = from + (/^\s*/.exec(expression.slice(from))?.[0].length ?? 0);
      throw mistake(expression, at, `unexpected ${expression.slice(at, at + 1)}`);
    }
    if (text === '') break;
    const kind = operators.get(text.toLowerCase()) ?? (text.startsWith('/') ? 'pattern' : 'tag');
    tokens.push({ kind, text, at: lexeme.lastIndex - text.length });
  }
  return tokens;
}

function patternPredicate(expression: string, token: Token, known: Readonly<Record<string, string>>): TagPredicate {
  const pattern = compilePattern(`--tags ${expression}:`, token.text);
  if (!Object.keys(known).some((tag) => pattern.test(tag)))
    throw new UsageError(`--tags '${expression}': ${token.text} matches no known tag. ${tagList(known)}`);
  return (tags) => tags.some((tag) => pattern.test(tag));
}

function unknownTag(expression: string, token: Token, known: Readonly<Record<string, string>>): UsageError {
  const near = closest(token.text, Object.keys(known));
  const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
  return new UsageError(`--tags '${expression}': unknown tag ${token.text}${hint}. ${tagList(known)}`);
}

/** One line a tag. */
export function tagList(known: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(known).map((tag) => tag.length));
  const lines = Object.entries(known).map(([tag, meaning]) => `  ${tag.padEnd(width)}  ${meaning}`);
  return `Known tags:\n${lines.join('\n')}`;
}

function mistake(expression: string, at: number, what: string): UsageError {
  return new UsageError(`--tags '${expression}': ${what} at position ${at + 1}`);
}
