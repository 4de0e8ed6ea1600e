/** Which way a connection takes, and when its fault comes. */
import type { FaultProfile } from '../profiles/profile.ts';

export type Path = 'public' | 'private';

/** Lanes whose faults come by idleness stay quiet until T; lanes with commanded faults get updates at once. */
export type Group = 'idle' | 'now';
export const groupOf = (profile: FaultProfile): Group => (profile.trigger === 'command' ? 'now' : 'idle');
