/** API clients by name. Declarations only; each is loaded when chosen. */
import { kubernetesClients, pollingClients } from './client-api-literals.ts';
import type { ClientLiteral } from './client-literal.ts';
import { timerClients } from './client-timer-literals.ts';
import type { SubjectEntry } from '../../../harness/subject/subject.ts';

export const clientLiterals: readonly ClientLiteral[] = [...kubernetesClients, ...pollingClients, ...timerClients];

export const apiClients: readonly SubjectEntry[] = clientLiterals.map((literal) => ({
  name: literal.name,
  kind: 'api-client',
  summary: literal.summary,
  caughtBy: literal.caughtBy,
  ...(literal.caughtBy.length > 0 && {
    caughtAs: (literal.caughtAs ?? ['unnoticed']).map((outcome) => `loss-noticed: ${outcome}`),
  }),
  ...(literal.byOption === undefined ? {} : { byOption: literal.byOption }),
  load: async () => (await import('./client-subject.ts')).clientSubject(literal),
}));
