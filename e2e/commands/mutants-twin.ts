/** Which good subject a known-bad one differs from by its defect. Pure. */
import type { SubjectEntry } from '../harness/subject/subject.ts';

type Named = Pick<SubjectEntry, 'name' | 'kind' | 'caughtBy'>;

/**
 * The first good subject of the same name without the variant (`kpng-nft` for `kpng-nft+no-conntrack-binary`); else one
 * of the same name with another variant (`curl+keepalive-20s` for `curl+no-keepalive`), else another version (`npa@1.4.3`
 * for `npa@1.4.1`).
 */
export function goodTwin<T extends Named>(mutant: Named, subjects: readonly T[]): T | undefined {
  const good = subjects.filter(({ kind, caughtBy }) => kind === mutant.kind && caughtBy.length === 0);
  const [plain, base] = [withoutVariant(mutant.name), withoutVersion(mutant.name)];
  return (
    good.find(({ name }) => name === plain) ??
    good.find(({ name }) => withoutVariant(name) === plain) ??
    good.find(({ name }) => withoutVersion(name) === base)
  );
}

const withoutVariant = (name: string): string => name.replace(/\+.*$/, '');
const withoutVersion = (name: string): string => withoutVariant(name).replace(/@.*$/, '');
