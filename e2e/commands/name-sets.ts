/** Lists of names on a command line, with sets of versions in braces: `a@{1.31.0,1.34.0},b` is `a@1.31.0`, `a@1.34.0` and `b`. Pure. */

/** In the order in which they are written; doubles stay. Throws RangeError where a brace has no partner or a set is empty. */
export function namesOf(text: string): readonly string[] {
  return splitOutside(text).flatMap(expanded);
}

function splitOutside(text: string): readonly string[] {
  const names: string[] = [];
  let depth = 0;
  let name = '';
  for (const character of text) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (depth < 0 || depth > 1) throw new RangeError(`"${text}": braces stand in pairs, and none inside another`);
    if (character === ',' && depth === 0) {
      names.push(name);
      name = '';
    } else name += character;
  }
  if (depth !== 0) throw new RangeError(`"${text}": a brace is not closed`);
  return [...names, name].map((one) => one.trim()).filter(Boolean);
}

function expanded(name: string): readonly string[] {
  const match = /^([^{]*)\{([^}]*)\}(.*)$/s.exec(name);
  if (match === null) return [name];
  const [, before = '', inside = '', after = ''] = match;
  const members = inside
    .split(',')
    .map((member) => member.trim())
    .filter(Boolean);
  if (members.length === 0) throw new RangeError(`"${name}": the set in braces is empty`);
  return members.flatMap((member) => expanded(`${before}${member}${after}`));
}
