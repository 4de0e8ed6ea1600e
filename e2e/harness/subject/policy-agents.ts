/** Network policy agents by name. Declarations only; each is loaded when chosen. */
import type { SubjectEntry } from './subject.ts';

export const policyAgents: readonly SubjectEntry[] = [];
