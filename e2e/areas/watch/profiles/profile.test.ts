import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { dump } from 'js-yaml';
import { describe, it } from 'mocha';
import { defaultIdleSeconds, faultProfiles, privateFaults, profileNamed, serverFaults } from './profile.ts';
import { profileSchema, readProfileFile } from './profile-schema.ts';

describe('fault profiles', () => {
  for (const profile of [...faultProfiles, ...serverFaults, ...privateFaults])
    it(`${profile.name} is valid`, () => {
      expect(profileSchema.safeParse(profile).error?.issues ?? []).to.deep.equal([]);
    });

  it('the default idle timeout lies between a 30 s keepalive and a 60 s ping', () => {
    expect(defaultIdleSeconds).to.be.within(34, 59);
  });

  it('an unknown name lists the known ones', () => {
    expect(() => profileNamed('azure')).to.throw(/no fault profile azure; known: none, azure-reset,/);
  });
});

describe('profile files', () => {
  const valid = { ...profileNamed('azure-reset'), name: 'mine' };
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    ['an unknown key', [{ ...valid, colour: 'red' }], /0: Unrecognized key: "colour"/],
    ['a negative lag', [{ ...valid, lagSeconds: -1 }], /0\.lagSeconds/],
    ['a proxy that resets', [{ ...valid, model: 'proxy' }], /fin-both is what a proxy does/],
    ['idle without a real timeout', [{ ...valid, realIdleSeconds: undefined }], /needs realIdleSeconds/],
    ['two of one name', [valid, valid], /two profiles are named mine/],
    ['no profile', [], /profile file/],
    ['a source that is no link', [{ ...valid, source: { title: 'docs', url: 'docs' } }], /0\.source\.url/],
  ];
  const withFile = async (text: string, use: (path: string) => Promise<unknown>): Promise<unknown> => {
    const folder = await mkdtemp(join(tmpdir(), 'staleproof-profile-'));
    const path = join(folder, 'profiles.yaml');
    await writeFile(path, text);
    return use(path).finally(() => rm(folder, { recursive: true }));
  };
  const failure = (text: string): Promise<unknown> =>
    withFile(text, (path) =>
      readProfileFile(path).then(
        () => 'no error',
        (error: unknown) => (error as Error).message,
      ),
    );

  for (const [what, value, message] of cases)
    it(`refuses ${what}`, async () => {
      expect(await failure(dump(value, { skipInvalid: true }))).to.match(message);
    });
  it('refuses text that is no YAML, naming the file', async () => {
    expect(await failure('a: [')).to.match(/profile file .*profiles\.yaml: /);
  });
  it('reads a valid file', async () => {
    const read = await withFile(dump([valid]), readProfileFile);
    expect(read).to.deep.equal([valid]);
  });
});
