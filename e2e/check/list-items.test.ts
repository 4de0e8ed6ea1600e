import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ListItems } from './list-items.ts';

function read(text: string, size: number) {
  const items: unknown[] = [];
  const list = new ListItems((item) => items.push(item));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) list.push(bytes.subarray(at, at + size));
  return { items, around: list.end() };
}

describe('items of a list', () => {
  const pods = [
    { metadata: { name: 'a', annotations: { text: 'a "quoted" } ] \\ , é' } }, spec: { items: [{ x: [1, 2] }] } },
    { metadata: { name: 'b' }, spec: {} },
    {},
  ];
  const metadata = { resourceVersion: '7', continue: 'token' };

  it('are the same however the text is cut, with the fields of the list before or behind them', () => {
    for (const list of [
      { kind: 'PodList', metadata, items: pods },
      { kind: 'PodList', items: pods, metadata },
    ])
      for (const text of [JSON.stringify(list), JSON.stringify(list, null, 2)])
        for (const size of [1, 2, 3, 7, 64, 1 << 16]) {
          const { items, around } = read(text, size);
          expect(items, `cut by ${size}`).to.deep.equal(pods);
          expect(around).to.deep.equal({ kind: 'PodList', metadata, items: [] });
        }
  });

  it('are none in an empty list, and in one that a server writes as null', () => {
    expect(read('{"items":[],"metadata":{}}', 4).items).to.deep.equal([]);
    expect(read('{"metadata":{},"items":null}', 4)).to.deep.equal({ items: [], around: { metadata: {}, items: null } });
  });

  it('are not whole when the text is cut', () => {
    const text = JSON.stringify({ metadata, items: pods });
    for (const length of [text.length - 1, text.length - 3, 40])
      expect(() => read(text.slice(0, length), 16), `first ${length}`).to.throw(SyntaxError);
  });
});
