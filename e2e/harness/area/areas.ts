/** The areas of this suite, and what follows from them. The engine is handed one of these and knows no area by name. */
import { ownTags } from '../run/known-tags.ts';
import type { FieldsOfArea } from '../run/options/field.ts';
import type { SubjectEntry } from '../subject/subject.ts';
import type { Area, KindOfSubject } from './area.ts';

export interface KindOfArea extends KindOfSubject {
  /** Name of the area that judges it. */
  readonly area: string;
}

export class Areas {
  readonly all: readonly Area[];
  readonly names: readonly string[];
  /** Every tag with what it means: the areas' names, tags of all areas, tags of one. */
  readonly tags: Readonly<Record<string, string>>;
  readonly kinds: readonly KindOfArea[];
  readonly subjects: readonly SubjectEntry[];
  /** Row of doctor's → who needs it: `race: the network policy agent`. */
  readonly machine: Readonly<Record<string, readonly string[]>>;

  constructor(all: readonly Area[]) {
    this.all = all;
    this.names = all.map(({ name }) => name);
    this.tags = Object.assign(
      Object.fromEntries(all.map(({ name, meaning }) => [name, meaning])),
      ownTags,
      ...all.map(({ tags = {} }) => tags),
    ) as Readonly<Record<string, string>>;
    this.kinds = all.flatMap(({ name: area, kinds }) => kinds.map((kind) => ({ ...kind, area })));
    this.subjects = this.kinds.flatMap(({ subjects }) => subjects);
    this.machine = usesOf(all);
  }

  /** Throws for a name that no area has. */
  area(name: string): Area {
    const found = this.all.find((area) => area.name === name);
    if (found === undefined) throw new RangeError(`there is no area ${name}; known: ${this.names.join(', ')}`);
    return found;
  }

  /** Undefined for a kind that no area judges. */
  kind(name: string): KindOfArea | undefined {
    return this.kinds.find(({ kind }) => kind === name);
  }

  /** What clusters stand on. */
  get ground(): KindOfArea | undefined {
    return this.kinds.find(({ ground }) => ground === true);
  }

  /** Options of all areas by name, in their order. */
  async options(): Promise<FieldsOfArea> {
    const fields = await Promise.all(this.all.map(async ({ options }) => (await options?.()) ?? {}));
    return Object.assign({}, ...fields) as FieldsOfArea;
  }
}

function usesOf(all: readonly Area[]): Readonly<Record<string, readonly string[]>> {
  const uses: Record<string, string[]> = {};
  for (const { name, machine = {} } of all)
    for (const [row, purpose] of Object.entries(machine)) (uses[row] ??= []).push(`${name}: ${purpose}`);
  return uses;
}
