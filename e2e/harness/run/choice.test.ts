import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { oneArea } from '../area/testdata/one-area.ts';
import { choiceAtTerminal } from './choice.ts';
import type { Options } from './options/schema.ts';

describe('a run with nothing selected', () => {
  const ask = async (typed: string, options: Options = {}, terminal = true) => {
    const output = new PassThrough();
    const choice = await choiceAtTerminal(options, oneArea, { input: Readable.from([typed]), output, terminal });
    output.end();
    return { choice, text: (await output.toArray()).join('') };
  };

  it('asks at a terminal what is to be run', async () => {
    const { choice, text } = await ask('udp\n');
    expect(choice).to.deep.equal(['--tags', 'udp']);
    expect(text).to.include('  udp    datagrams\n').and.include('  all    everything');
  });

  it('takes the quick look when only Enter is pressed, and everything when that is asked for', async () => {
    expect((await ask('\n')).choice).to.deep.equal(['--quick']);
    expect((await ask('all\n')).choice).to.deep.equal([]);
  });

  it('asks again after an answer that it does not know', async () => {
    const { choice, text } = await ask('upd\nall\n');
    expect(choice).to.deep.equal([]);
    expect(text).to.include('upd is none of quick, udp, all');
  });

  it('runs nothing when the terminal goes away', async () => {
    expect((await ask('')).choice).to.equal(undefined);
  });

  it('asks nobody where nobody sits, and nobody who has selected', async () => {
    expect(await ask('', {}, false)).to.deep.equal({ choice: [], text: '' });
    expect(await ask('', { focus: ['x'] })).to.deep.equal({ choice: [], text: '' });
    expect(await ask('', { backend: ['x'] } as unknown as Options)).to.deep.equal({ choice: [], text: '' });
  });
});
