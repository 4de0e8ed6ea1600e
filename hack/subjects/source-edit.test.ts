import { expect } from 'chai';
import { describe, it } from 'mocha';
import { applyEdit, applyEdits } from './source-edit.ts';

describe('source edit', () => {
  const edit = { file: 'a.go', anchor: 'x := 1', become: ['x := 2', '$&; y()'] };

  it('gives each occurrence its own text and keeps the anchor where told', () => {
    expect(applyEdit('a\nx := 1\nb\nx := 1\nc', edit)).to.equal('a\nx := 2\nb\nx := 1; y()\nc');
  });

  it('refuses a source that moved on', () => {
    expect(() => applyEdit('a\nx := 1\nb', edit)).to.throw('a.go: expected 2 of the anchor `x := 1`, found 1');
    expect(() => applyEdit('nothing', { ...edit, become: 'z' })).to.throw('expected at least 1');
  });

  it('replaces every occurrence by one text', () => {
    expect(applyEdit('DROP DROP', { file: 'b.c', anchor: 'DROP', become: 'OK' })).to.equal('OK OK');
  });

  it('applies edits of one file on top of each other', () => {
    const texts = applyEdits(
      [
        { file: 'a', anchor: '1', become: '2' },
        { file: 'a', anchor: '2', become: '3' },
      ],
      () => 'v1',
    );
    expect([...texts]).to.deep.equal([['a', 'v3']]);
  });
});
