/**
 * Cuts the items out of a list as it arrives. An API server may answer a paged list whole (a watch cache does, for resource version
 * 0), and 100,000 pods are more text than one string can hold: so only one item at a time becomes an object.
 */

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN = 123;
const CLOSE = 125;

export class ListItems {
  readonly #each: (item: unknown) => void;
  /** What stands around the items: the list's own fields. */
  readonly #around: Buffer[] = [];
  /** Pieces of the item that is not whole yet. */
  #pieces: Buffer[] = [];
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The last word in quotes at the list's own level, as it is read: items stand behind `"items":[`. */
  #word = '';
  #inItems = false;

  constructor(each: (item: unknown) => void) {
    this.#each = each;
  }

  /** Throws SyntaxError when an item is no JSON. */
  push(chunk: Buffer): void {
    // From here on nothing of the chunk is kept yet.
    let start = 0;
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index] ?? 0;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#inString = false;
        else if (this.#depth === 1) this.#word += String.fromCharCode(byte);
        continue;
      }
      if (byte === QUOTE) {
        this.#inString = true;
        if (this.#depth === 1) this.#word = '';
      } else if (byte === OPEN || byte === OPEN_LIST) {
        this.#depth += 1;
        if (byte === OPEN_LIST && this.#depth === 2 && this.#word === 'items') {
          this.#around.push(chunk.subarray(start, index + 1));
          this.#inItems = true;
          start = index + 1;
        }
      } else if (byte === CLOSE || byte === CLOSE_LIST) {
        this.#depth -= 1;
        if (this.#inItems && this.#depth === 2) {
          this.#pieces.push(chunk.subarray(start, index + 1));
          start = index + 1;
          this.#emit();
        } else if (this.#inItems && this.#depth === 1) {
          // Whatever stands between the last item and the end of the list is white space.
          this.#inItems = false;
          start = index;
        }
      } else if (byte === COMMA && this.#inItems && this.#depth === 2) start = index + 1;
    }
    // A chunk's memory is not ours to keep.
    if (start < chunk.length) (this.#inItems ? this.#pieces : this.#around).push(Buffer.from(chunk.subarray(start)));
  }

  /** The list without its items. Throws SyntaxError when it is not whole. */
  end(): unknown {
    return JSON.parse(Buffer.concat(this.#around).toString('utf8'));
  }

  #emit(): void {
    const [only] = this.#pieces;
    const whole = this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#each(JSON.parse(whole.toString('utf8')));
  }
}
