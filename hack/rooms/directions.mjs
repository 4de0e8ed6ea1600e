/** Who may import whom: denied unless rooms.json allows it. The linter asks for each import, a test for the whole graph. */
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rooms = JSON.parse(readFileSync(new URL('rooms.json', import.meta.url), 'utf8'));

const asPosix = (path) => path.split(sep).join('/');

/** What is wrong with an import of `target` in `file`, both relative to the repository; undefined when nothing is. */
export function wrongImport(file, target) {
  const room = rooms.find(({ files }) => new RegExp(files).test(file));
  if (room === undefined) return `${file} stands in no room of hack/rooms/rooms.json`;
  const [, area = ''] = new RegExp(room.files).exec(file);
  const allowed = room.may.some((pattern) => new RegExp(pattern.replaceAll('$1', area)).test(target));
  return allowed ? undefined : `${room.room} may not import ${target} (hack/rooms/rooms.json)`;
}

const directions = {
  create(context) {
    const file = asPosix(relative(root, context.filename));
    if (!/^(e2e|fixtures|hack)\//.test(file)) return {};
    const check = (node) => {
      const name = node.source?.value;
      if (typeof name !== 'string' || !name.startsWith('.')) return;
      const target = asPosix(relative(root, resolve(dirname(context.filename), name)));
      const message = wrongImport(file, target);
      if (message !== undefined) context.report({ node, message });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};

/** Only a spec and its judge may pass or fail a subject. */
const judgeInItsPlace = {
  create(context) {
    const file = asPosix(relative(root, context.filename));
    const free = !file.startsWith('e2e/areas/') || /^e2e\/areas\/[^/]+\/(judge|specs)\/|\.test\.ts$/.test(file);
    if (free) return {};
    const message = 'only judge/ and specs/ pass or fail a subject';
    return { 'CallExpression[callee.property.name="judge"]': (node) => context.report({ node, message }) };
  },
};

export const house = { rules: { directions, 'judge-in-its-place': judgeInItsPlace } };
