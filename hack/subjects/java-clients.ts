/** The Java clients, built by Maven: one cached part, a jar and its libraries a client; other releases are parts of their own. */
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type PartOptions, ensurePart } from '../cache/cached-part.ts';
import { fixturesFolder } from '../images/bundle-fixtures.ts';
import { runLogged } from '../process/run-command.ts';
import { type ClientPart, lacks } from './client-parts.ts';

const source = join(fixturesFolder, 'watch-java');
const clients = ['official', 'fabric8'] as const;
type Client = (typeof clients)[number];

const needs = (): Promise<readonly string[]> =>
  lacks([
    [['javac', '--version'], 'a Java development kit (17 or newer) is not installed'],
    [['mvn', '--version'], 'Maven is not installed'],
  ]);

/** `client` is the Maven module. */
export function javaClient(client: Client): ClientPart {
  const build = { kind: 'watch-java', clients, properties: [] } as const;
  return { needs, file: async (options) => join(await javaFolder(options, build), client, 'client.jar') };
}

/** The same program with another release of fabric8 than the one in pom.xml; `okhttp`: where that transport has another number. */
export function fabric8Release(version: string, okhttp = version): ClientPart {
  const versions = [`-Dfabric8.version=${version}`, `-Dfabric8.okhttp.version=${okhttp}`];
  const properties = ['--projects', 'fabric8', '--also-make', ...versions];
  const build = { kind: `watch-java-fabric8-${version}`, clients: ['fabric8'], properties } as const;
  return { needs, file: async (options) => join(await javaFolder(options, build), 'fabric8', 'client.jar') };
}

interface Build {
  /** Of the cached part. */
  readonly kind: string;
  readonly clients: readonly Client[];
  /** Maven's further arguments. */
  readonly properties: readonly string[];
}

async function javaFolder(options: PartOptions, build: Build): Promise<string> {
  const { kind, properties } = build;
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const { folder } = await ensurePart(
    {
      kind,
      inputs: { sources: files.map((file) => readFileSync(file)), ...(properties.length === 0 ? {} : { properties }) },
      expectedMs: 90_000,
      async make(aside, logFile, signal) {
        const work = join(aside, 'source');
        await cp(source, work, { recursive: true });
        await runLogged(['mvn', '--quiet', '--batch-mode', ...properties, 'package'], logFile, { cwd: work, signal });
        for (const client of build.clients) {
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
