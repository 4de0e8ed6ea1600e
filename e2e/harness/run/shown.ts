/** What every command writes to stdout and stderr passes here: no secret is told, and nothing that a pod said acts. */
import { inert } from './inert-text.ts';
import { redact } from './redact.ts';

export function shown(text: string): string {
  return inert(redact(text));
}
