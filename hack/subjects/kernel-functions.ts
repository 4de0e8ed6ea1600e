/**
 * Links calls of kernel functions in a BPF object against the running kernel. A loader that knows BTF does it when it loads a program;
 * the ebpf-sdk that can be had does not, so a release that calls such functions could not load them here.
 */

/** The kind of a function among BTF's types, and how many bytes follow a type of each kind: once, and for each of its parts. */
const FUNC = 12;
const FIXED: Readonly<Record<number, number>> = { 1: 4, 3: 12, 14: 4, 17: 4 };
const PART: Readonly<Record<number, number>> = { 4: 12, 5: 12, 6: 8, 13: 8, 15: 12, 19: 12 };

/** `name → id` of these functions in a kernel's type information (/sys/kernel/btf/vmlinux). Throws when it is not of that form. */
export function functionIds(btf: Buffer, names: readonly string[]): ReadonlyMap<string, number> {
  if (btf.length < 24 || btf.readUInt16LE(0) !== 0xeb9f) throw new Error('expected type information of a kernel (BTF)');
  const header = btf.readUInt32LE(4);
  const [types, typesLength, strings] = [8, 12, 16].map((at) => btf.readUInt32LE(at)) as [number, number, number];
  const nameAt = (offset: number): string => {
    const from = header + strings + offset;
    return btf.toString('latin1', from, btf.indexOf(0, from));
  };
  const found = new Map<string, number>();
  const end = header + types + typesLength;
  for (let at = header + types, id = 1; at < end; id += 1) {
    const info = btf.readUInt32LE(at + 4);
    const kind = (info >>> 24) & 0x1f;
    if (kind === 0 || kind > 19) throw new Error(`type ${id} has kind ${kind}, which nobody knows`);
    if (kind === FUNC) {
      const name = nameAt(btf.readUInt32LE(at));
      if (names.includes(name)) found.set(name, id);
    }
    at += 12 + (FIXED[kind] ?? 0) + (PART[kind] ?? 0) * (info & 0xffff);
  }
  return found;
}

interface Section {
  readonly name: string;
  /** Where its header is. */
  readonly header: number;
  readonly offset: number;
  readonly size: number;
  /** Index of the section with its symbols or strings, and of the one that it is about. */
  readonly link: number;
  readonly info: number;
}

/** A relocation of a call, and the number by which the verifier knows that a call is one of a kernel function. */
const R_BPF_64_32 = 10;
const CALL = 0x85;
const PSEUDO_KFUNC_CALL = 2;

/**
 * Turns each relocation of such a call in `section` into the call itself, by the function's id; other relocations stay. Returns the
 * new object and how many calls were linked. Throws for a call of a function that `ids` lacks.
 */
export function linkFunctions(
  object: Buffer,
  section: string,
  ids: ReadonlyMap<string, number>,
): { readonly linked: Buffer; readonly calls: number } {
  const out = Buffer.from(object);
  const all = sectionsOf(out);
  const relocations = all.find(({ name }) => name === `.rel${section}`);
  if (relocations === undefined) throw new Error(`the object has no relocations of ${section}`);
  const [text, symbols] = [all[relocations.info], all[relocations.link]];
  const strings = symbols === undefined ? undefined : all[symbols.link];
  if (text === undefined || symbols === undefined || strings === undefined) throw new Error('a section is missing');
  const kept: Buffer[] = [];
  let calls = 0;
  for (let at = relocations.offset; at < relocations.offset + relocations.size; at += 16) {
    const place = text.offset + Number(out.readBigUInt64LE(at));
    const info = out.readBigUInt64LE(at + 8);
    const symbol = symbols.offset + Number(info >> 32n) * 24;
    // A symbol without a section is defined elsewhere: in the kernel.
    const isForeignCall = Number(info & 0xffffffffn) === R_BPF_64_32 && out.readUInt16LE(symbol + 6) === 0;
    if (!isForeignCall) {
      kept.push(out.subarray(at, at + 16));
      continue;
    }
    const from = strings.offset + out.readUInt32LE(symbol);
    const name = out.toString('latin1', from, out.indexOf(0, from));
    const id = ids.get(name);
    if (id === undefined || out[place] !== CALL)
      throw new Error(`the kernel's type information has no function ${name}`);
    out[place + 1] = PSEUDO_KFUNC_CALL << 4;
    out.writeInt16LE(0, place + 2);
    out.writeInt32LE(id, place + 4);
    calls += 1;
  }
  Buffer.concat(kept).copy(out, relocations.offset);
  out.writeBigUInt64LE(BigInt(kept.length * 16), relocations.header + 32);
  return { linked: out, calls };
}

/** Of an ELF file of 64 bits, little endian. */
function sectionsOf(object: Buffer): readonly Section[] {
  if (object.readUInt32BE(0) !== 0x7f454c46) throw new Error('expected an ELF file');
  const first = Number(object.readBigUInt64LE(40));
  const [size, count, names] = [58, 60, 62].map((at) => object.readUInt16LE(at)) as [number, number, number];
  const headers = Array.from({ length: count }, (_, index) => first + index * size);
  const namesAt = Number(object.readBigUInt64LE((headers[names] ?? 0) + 24));
  return headers.map((header) => {
    const from = namesAt + object.readUInt32LE(header);
    return {
      name: object.toString('latin1', from, object.indexOf(0, from)),
      header,
      offset: Number(object.readBigUInt64LE(header + 24)),
      size: Number(object.readBigUInt64LE(header + 32)),
      link: object.readUInt32LE(header + 40),
      info: object.readUInt32LE(header + 44),
    };
  });
}
