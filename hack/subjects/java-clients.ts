/** The Java clients, built by Maven: one cached part, a jar and its libraries a client. */
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type PartOptions, ensurePart } from '../cache/cached-part.ts';
import { fixturesFolder } from '../images/bundle-fixtures.ts';
import { runLogged } from '../process/run-command.ts';
import { type ClientPart, lacks } from './client-parts.ts';

const source = join(fixturesFolder, 'watch-java');
const clients = ['official', 'fabric8'] as const;

/** `client` is the Maven module. */
export function javaClient(client: (typeof clients)[number]): ClientPart {
  return {
    needs: () =>
      lacks([
        [['javac', '--version'], 'a Java development kit (17 or newer) is not installed'],
        [['mvn', '--version'], 'Maven is not installed'],
      ]),
    file: async (options) => join(await javaFolder(options), client, 'client.jar'),
  };
}

async function javaFolder(options: PartOptions): Promise<string> {
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const { folder } = await ensurePart(
    {
      kind: 'watch-java',
      inputs: { sources: files.map((file) => readFileSync(file)) },
      expectedMs: 90_000,
      async make(aside, logFile, signal) {
        const work = join(aside, 'source');
        await cp(source, work, { recursive: true });
        await runLogged(['mvn', '--quiet', '--batch-mode', 'package'], logFile, { cwd: work, signal });
        for (const client of clients) {
          const target = join(work, client, 'target');
          await mkdir(dirname(join(aside, client, 'lib')), { recursive: true });
          await rename(join(target, 'lib'), join(aside, client, 'lib'));
          await rename(join(target, `watch-${client}-1.jar`), join(aside, client, 'client.jar'));
        }
        await rm(work, { recursive: true });
      },
    },
    options,
  );
  return folder;
}
