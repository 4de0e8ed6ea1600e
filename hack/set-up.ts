/**
 * Everything that has to stand before specs can run, as one graph: what doctor says is missing, both images, and what subjects
 * are made of. Packages only on Debian and Ubuntu, as root.
 */
import type { PartOptions } from './cache/cached-part.ts';
import type { Repair, Row } from './doctor/check.ts';
import type { Goal } from './graph/plan-text.ts';
import type { NodeImageSource } from './images/node-image.ts';
import { readOsRelease, whyNoSetup } from './machine/os-release.ts';
import { builtNodeMakers, fixturesMakers } from './parts/image-makers.ts';
import { packageMakers, repairMakers } from './parts/machine-makers.ts';
import { type Missing, type PartMaker, missingParts } from './parts/maker.ts';
import { pulledNodeMaker } from './parts/pulled-node-maker.ts';
import { subjectMaker } from './parts/subject-makers.ts';

export interface SetUpRequest {
  /** Rows of doctor's table that are to be mended. */
  readonly rows: readonly Row[];
  /** Looks again once they are: what is still missing. */
  readonly recheck: () => Promise<readonly Row[]>;
  /** How the node image is made; absent when it is there or given. */
  readonly nodeImage?: { readonly build: boolean; readonly source: NodeImageSource } | undefined;
  readonly fixturesImage: boolean;
  /** Specs that start together and the parts of their own, by need. Images and the machine come before all of them. */
  readonly goals: readonly Goal[];
  readonly log: (line: string) => void;
}

export interface SetUpPlan {
  readonly missing: Missing;
  readonly goals: readonly Goal[];
  /** Names of what comes before any spec. */
  readonly ground: readonly string[];
  /** What cannot be done here, as lines that say what to do by hand. */
  readonly byHand: readonly string[];
}

// This one needs no package manager: it works on every Linux.
const anywhere = new Set<Repair>(['kind']);

/** Looks at what stands; changes nothing. */
export async function planSetUp(request: SetUpRequest, options: PartOptions): Promise<SetUpPlan> {
  const { rows, nodeImage } = request;
  const why = whyNoSetup(readOsRelease());
  const can = (row: Row): boolean => row.repair !== undefined && (why === undefined || anywhere.has(row.repair));
  const repairs = new Set(rows.filter(can).flatMap(({ repair }) => repair ?? []));
  const subjects = [...new Set(request.goals.flatMap(({ after }) => after))];
  const makers: readonly PartMaker[] = [
    ...repairMakers(repairs),
    ...machineMaker(rows, request),
    ...packageMakers,
    ...(nodeImage === undefined
      ? []
      : nodeImage.build
        ? builtNodeMakers
        : [pulledNodeMaker(nodeImage.source, request.log)]),
    ...(request.fixturesImage ? fixturesMakers : []),
    ...subjects.map(subjectMaker),
  ];
  const [needed, useful] = [true, false].map((missing) => repairsOf(rows, missing).filter((name) => repairs.has(name)));
  const ground = [
    ...(needed ?? []),
    ...(rows.length === 0 ? [] : ['machine']),
    ...(nodeImage === undefined ? [] : ['node-image']),
    ...(request.fixturesImage ? ['fixtures-image'] : []),
  ];
  const goals = request.goals.map((goal) => ({ ...goal, after: [...ground, ...goal.after] }));
  // What only costs some specs comes with those that use it, or last.
  const tools = { name: 'all tools', after: useful ?? [] };
  const all = [...goals, ...(tools.after.length === 0 ? [] : [tools])];
  return {
    missing: await missingParts(makers, all, options),
    goals,
    ground,
    byHand: rows.filter((row) => !can(row)).map((row) => byHandText(row, why)),
  };
}

/** Stands once the rows that stop everything have been mended, and says which have not. */
function machineMaker(rows: readonly Row[], { recheck }: SetUpRequest): readonly PartMaker[] {
  if (rows.length === 0) return [];
  return [
    {
      name: 'machine',
      after: repairsOf(rows, true),
      lane: 'docker',
      expectedMs: 3_000,
      async make({ onlyIfBuilt }) {
        if (onlyIfBuilt === true) throw new Error('the machine is looked at once it is mended');
        const still = await recheck();
        if (still.length > 0)
          throw new Error(`still missing after set-up: ${still.map((row) => `${row.what} (${row.found})`).join('; ')}`);
      },
    },
  ];
}

function repairsOf(rows: readonly Row[], missing: boolean): readonly Repair[] {
  return [
    ...new Set(rows.filter((row) => (row.state === 'missing') === missing).flatMap(({ repair }) => repair ?? [])),
  ];
}

function byHandText(row: Row, why: string | undefined): string {
  const where = row.repair === undefined ? '' : ` (--setup does it on Debian and Ubuntu as root; here: ${why ?? ''})`;
  return `${row.what}: ${row.remedy}${where}`;
}
