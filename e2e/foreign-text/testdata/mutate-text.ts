/** Damaged texts, made from whole ones: cut, spliced, repeated, with other digits and with what breaks readers. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { seededRandom } from '../../harness/run/seeded-random.ts';

const breakers = [
  ...['', ' ', '\n', '\r', '\t', '\0', '=', '[', ']', '{', '}', '"', "'", ':', '- ', ',', '\\', '\u2028', '\ud800', 'é', '💥'],
  ...['null', 'true', 'NaN', 'Infinity', '-1', '0x10', '1e999', '99999999999999999999', '__proto__', 'constructor'],
  ...['*a', '&a ', '<<: *a', '!!js/function x', 'src=', 'id=7', '[NEW] ', 'x'.repeat(5000)],
];

/** Where ten thousand small files cost no disk. */
export function memoryOrDisk(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
}

/** So many mutants of the originals, in turn; one in twenty has several originals spliced. */
export function* mutantsOf(originals: readonly string[], count: number, seed: number): Generator<string> {
  const next = seededRandom(seed);
  const pick = (below: number): number => Math.floor(next() * below);
  const one = <T>(list: readonly T[]): T => list[pick(list.length)] as T;
  for (let made = 0; made < count; made++) {
    let text = one(originals);
    for (let hits = 1 + pick(4); hits > 0; hits--) {
      const at = pick(text.length + 1);
      const end = Math.min(text.length, at + pick(40));
      const [head, tail] = [text.slice(0, at), text.slice(end)];
      switch (pick(8)) {
        case 0:
          text = head;
          break;
        case 1:
          text = text.slice(at);
          break;
        case 2:
          text = head + tail;
          break;
        case 3:
          text = head + one(breakers) + text.slice(at);
          break;
        case 4:
          text = head + one(breakers) + tail;
          break;
        case 5:
          text = head + text.slice(at, end).replace(/\d/g, () => String(pick(10))) + tail;
          break;
        case 6:
          text = head + text.slice(at, end).repeat(1 + pick(30)) + tail;
          break;
        default:
          text = head + String.fromCharCode(pick(0x250)) + text.slice(Math.min(text.length, at + 1));
      }
    }
    yield pick(20) === 0 ? text + one(originals).slice(pick(20)) : text;
  }
}
