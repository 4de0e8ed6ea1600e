/** What is judged of one client through one balancer. */
import { allProfiles, type FaultProfile } from '../profiles/profile.ts';
import { judgement } from '../../../harness/run/judgement.ts';

/** A balancer that a user describes has whatever name; no known defect is about it. */
const own = 'own';

export const lossNoticed = judgement({
  id: 'loss-noticed',
  passes: ['kept', 'recovered', 'healed'],
  fails: [
    'unnoticed',
    'noticed-late',
    'stopped',
    'updates-missed',
    'updates-late',
    /** A pool gave a request a connection that was dead, and the request waited. */
    'pool-reused-dead',
  ],
  facts: {
    profile: [...allProfiles.map(({ name }) => name), own],
    path: ['public', 'private'],
    /** A watch, lists on a pool of connections, or lines of plain TCP. */
    speaks: ['api', 'lists', 'lines'],
    /** What became of the connection. */
    fate: ['lost', 'kept'],
  },
});

export const profileFact = ({ name }: FaultProfile): string =>
  allProfiles.some((profile) => profile.name === name) ? name : own;

/** The other end: a server whose watcher vanished without a word closes the connection. */
export const halfOpenShed = judgement({
  id: 'half-open-shed',
  passes: ['shed'],
  fails: ['held'],
  facts: { by: ['api-server'] },
});
