/** A client as a subject: what it needs is built or found at install; it runs when a spec launches it. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { SubjectInfo } from '../../../harness/run/result-schema.ts';
import type { ClientLiteral } from './client-literal.ts';
import { clientVersions, type FoundVersions } from './client-version.ts';
import type { PartSource, Subject, SubjectContext } from '../../../harness/subject/subject.ts';

export interface ClientSubject extends Subject {
  readonly literal: ClientLiteral;
  /** The command before its arguments, or why the client does not run here. */
  command(): ClientCommand;
}

export type ClientCommand =
  | { readonly argv: readonly string[] }
  | {
      readonly unavailable: string;
      /** A probe says that this machine cannot have it; without one it should have been there. */
      readonly lacking: boolean;
    };

export function isClient(subject: Subject): subject is ClientSubject {
  return 'literal' in subject;
}

const fixtures = fileURLToPath(new URL('../../../../fixtures/', import.meta.url));

export function clientSubject(literal: ClientLiteral): ClientSubject {
  const before: ClientCommand = { unavailable: 'it was not installed', lacking: false };
  let state: ClientCommand = before;
  let found: FoundVersions = { versions: literal.versions };
  return {
    name: literal.name,
    kind: 'api-client',
    literal,
    command: () => state,
    parts: ({ options, hasCluster }) => (literal.speaks === 'timer' || hasCluster ? partsOf(literal, options) : []),
    // What is missing concerns this client alone: its cells stay without a decision, the run goes on.
    preflight: () => Promise.resolve([]),
    install: async (context) => {
      try {
        // Touching the cluster throws in a run that has none: then there is no API to watch, and nothing is built.
        if (literal.speaks !== 'timer') context.log(`${literal.name}: for ${context.cluster.name}`);
        const argv = await resolveCommand(literal, context);
        found = await clientVersions(literal, argv);
        state = { argv };
      } catch (error) {
        if (context.signal.aborted) throw error;
        const unavailable = (error as Error).message.split('\n')[0] ?? 'unknown';
        state = { unavailable, lacking: error instanceof LackingError };
        context.log(`not run: ${literal.name}: ${unavailable}`);
      }
    },
    remove: () => Promise.resolve(),
    capabilities: () => Promise.resolve([literal.speaks]),
    info: () => Promise.resolve(infoOf(literal, state === before ? undefined : state, found)),
    logs: () => Promise.resolve({}),
  };
}

/** Many of them run beside a cluster: a small heap, and a compiler that is done soon. */
const java = ['java', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx128m'] as const;

/** What resolveCommand() asks for, by name. */
function partsOf({ program }: ClientLiteral, options: SubjectContext['options']): readonly string[] {
  switch (program.kind) {
    case 'python':
      return program.venvPart === undefined ? [] : [program.venvPart];
    case 'bundle':
      return [program.runtimePart, program.part];
    case 'binary':
    case 'java':
      return [program.part];
    case 'image':
      return typeof options.watchClientImage === 'string' ? [`client-image@${options.watchClientImage}`] : [];
    case 'kubectl':
      return ['kubectl'];
    case 'node':
    case 'curl':
      return [];
  }
}

async function resolveCommand({ program }: ClientLiteral, context: SubjectContext): Promise<readonly string[]> {
  const parts = context.parts;
  const file = async (part: string): Promise<string> => {
    if (parts === undefined) throw new Error(`nothing can be built here, and ${part} is needed`);
    await refuseMissing(parts, part);
    return parts.file(part, context.signal);
  };
  switch (program.kind) {
    case 'node':
      return typescript(program.program);
    case 'python':
      return [
        program.venvPart === undefined ? 'python3' : await file(program.venvPart),
        `${fixtures}watch-python/${program.script}`,
      ];
    case 'bundle':
      return [await file(program.runtimePart), await file(program.part)];
    case 'binary':
      return [await file(program.part)];
    case 'java':
      return [...java, '-jar', await file(program.part)];
    case 'image': {
      const image = context.options.watchClientImage;
      if (typeof image !== 'string') throw new Error('no image was given (--watch-client-image)');
      return [await file(`client-image@${image}`)];
    }
    case 'kubectl':
      return [...typescript('watch-command'), await file('kubectl')];
    case 'curl':
      return [...typescript('watch-command'), 'curl'];
  }
}

/** A program of ours runs from source: `node --import tsx fixtures/<name>/main.ts`. */
export function typescript(name: string): readonly string[] {
  return [process.execPath, '--import', createRequire(import.meta.url).resolve('tsx'), `${fixtures}${name}/main.ts`];
}

async function refuseMissing(parts: PartSource, part: string): Promise<void> {
  const missing = await parts.missing(part);
  if (missing.length > 0) throw new LackingError(missing.join('; '));
}

/** What `npm run doctor` finds missing as well. */
class LackingError extends Error {
  override readonly name = 'LackingError';
}

/** Two subjects of one product differ by what they were told, not by whose release they are. */
function infoOf(
  literal: ClientLiteral,
  state: ClientCommand | undefined,
  { version, versions }: FoundVersions,
): SubjectInfo {
  const absent = state !== undefined && 'unavailable' in state ? [`not run: ${state.unavailable}`] : [];
  return {
    name: literal.name,
    kind: 'api-client',
    product: productOf(literal),
    ...(version === undefined || absent.length > 0 ? {} : { version }),
    ...(literal.mode === undefined ? {} : { mode: literal.mode }),
    versions,
    remarks: [...literal.remarks, ...absent],
  };
}

const productOf = ({ name }: ClientLiteral): string => name.replace(/[@+].*$/, '');
