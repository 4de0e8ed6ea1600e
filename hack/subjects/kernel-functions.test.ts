import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { functionIds, linkFunctions } from './kernel-functions.ts';

const strings = '\0int\0first\0second\0point\0';
/** One type: name, kind, how many parts, and the words that follow it. */
const type = (name: string, kind: number, parts: number, more: readonly number[]): Buffer => {
  const words = [name === '' ? 0 : strings.indexOf(`\0${name}\0`) + 1, (kind << 24) | parts, 0, ...more];
  return Buffer.from(Uint32Array.from(words).buffer);
};

function kernelTypes(types: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(24);
  const body = Buffer.concat(types);
  header.writeUInt16LE(0xeb9f, 0);
  header.writeUInt8(1, 2);
  header.writeUInt32LE(24, 4);
  header.writeUInt32LE(body.length, 12);
  header.writeUInt32LE(body.length, 16);
  header.writeUInt32LE(strings.length, 20);
  return Buffer.concat([header, body, Buffer.from(strings, 'latin1')]);
}

describe('functions of a kernel', () => {
  // An int (one word more), a structure of two members, a prototype of one parameter, and functions between them.
  const types = [
    type('int', 1, 0, [32]),
    type('first', 12, 0, []),
    type('point', 4, 2, [1, 1, 0, 2, 1, 32]),
    type('', 13, 1, [0, 1]),
    type('second', 12, 0, []),
  ];

  it('have ids by their place among its types', () => {
    const ids = functionIds(kernelTypes(types), ['first', 'second', 'point', 'third']);
    expect([...ids]).to.deep.equal([
      ['first', 2],
      ['second', 5],
    ]);
  });

  it('are not looked for in what is no type information, or has types that nobody knows', () => {
    expect(() => functionIds(Buffer.from('no'), ['first'])).to.throw('expected type information');
    expect(() => functionIds(kernelTypes([type('int', 31, 0, [])]), ['first'])).to.throw('type 1 has kind 31');
  });
});

describe('calls of kernel functions in a BPF object', function () {
  this.timeout(60_000);
  let folder = '';
  let object: Buffer | undefined;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'staleproof-bpf-'));
    const source = join(folder, 'x.c');
    writeFileSync(
      source,
      `extern int first(int) __attribute__((section(".ksyms")));
       int table __attribute__((section("maps")));
       __attribute__((section("tc_cls"))) int go(void *x) { return first(table) + first(2); }`,
    );
    try {
      execFileSync('clang', ['-g', '-O2', '-target', 'bpf', '-c', source, '-o', join(folder, 'x.o')]);
      object = readFileSync(join(folder, 'x.o'));
    } catch {
      // Without clang there is nothing to link.
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  it('become calls by id, and other relocations stay', function () {
    if (object === undefined) return this.skip();
    const { linked, calls } = linkFunctions(object, 'tc_cls', new Map([['first', 4711]]));
    expect(calls).to.equal(2);
    expect(linked).to.have.length(object.length);
    const call = Buffer.from([0x85, 0x20, 0, 0, ...new Uint8Array(Int32Array.of(4711).buffer)]);
    expect(linked.includes(call)).to.equal(true);
    expect(object.includes(call), 'the object that was given is as it was').to.equal(false);
    // The relocation of the map's address is left, so there is nothing more to link.
    expect(linkFunctions(linked, 'tc_cls', new Map()).calls).to.equal(0);
  });

  it('are refused where the kernel has no such function, and where the object is no object', function () {
    if (object === undefined) return this.skip();
    const given = object;
    expect(() => linkFunctions(given, 'tc_cls', new Map())).to.throw('has no function first');
    expect(() => linkFunctions(given, 'xdp', new Map())).to.throw('no relocations of xdp');
    expect(() => linkFunctions(Buffer.alloc(100), 'tc_cls', new Map())).to.throw('expected an ELF file');
  });
});
