/** The ways in which a body ends other than by returning. The engine maps each class to one verdict. */

/** Four parts and where to look; the message is made from them once, so every report says the same. */
export interface JudgementParts {
  readonly subject: string;
  readonly expected: string;
  readonly observed: string;
  readonly durationMs?: number;
  readonly tries?: number;
  readonly artifact?: string;
}

/** The subject broke its claim: verdict fail. */
export class JudgementError extends Error {
  override readonly name = 'JudgementError';
  readonly parts: JudgementParts;
  constructor(parts: JudgementParts) {
    const time = parts.durationMs === undefined ? '' : ` for ${formatMs(parts.durationMs)}`;
    const tries = parts.tries === undefined ? '' : ` (${parts.tries} tries)`;
    const where = parts.artifact === undefined ? '' : `; see ${parts.artifact}`;
    super(`${parts.subject}: expected ${parts.expected}, observed ${parts.observed}${time}${tries}${where}`);
    this.parts = parts;
  }
}

/** The fault or the state was not proven: verdict inconclusive. */
export class InconclusiveError extends Error {
  override readonly name = 'InconclusiveError';
}

/** The spec does not apply here; the reason is a probed fact. */
export class SkipError extends Error {
  override readonly name = 'SkipError';
}

/** The machine, the cluster or the harness broke, not the subject. Everything that is thrown and is not listed here counts as this. */
export class InfrastructureError extends Error {
  override readonly name = 'InfrastructureError';
}

function formatMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
