/** A small slice of each proof about the suite itself; the whole of them are the commands without these arguments. */

export interface ProofSlice {
  readonly name: string;
  /** `npm run` what. */
  readonly script: string;
  readonly args: readonly string[];
}

export const proofSlices: readonly ProofSlice[] = [
  // The rest of the code that decides takes ten minutes; a kill slice is in the lanes, each known-bad subject of which must be caught.
  { name: 'mutants of verdicts', script: 'mutation', args: ['run/verdict.ts', 'run/explained', 'race-judgement'] },
  {
    name: 'faults under a run',
    script: 'faults',
    args: ['--schedules', '6', '--seed', '20261121', '--out', 'reports/ci/faults'],
  },
  {
    // They make network namespaces and need root, so npm test leaves them out.
    name: 'tests in network namespaces',
    script: 'test',
    args: [
      '--cluster',
      'watch-half-open.cluster',
      'idle-load-balancer',
      'socket-destroy.cluster',
      'portmap.cluster',
      'apiserver-watchers.cluster',
    ],
  },
  // One kill while a cluster is being made, and two of runs that share one: about a minute and a half.
  { name: 'runs killed with their cluster', script: 'test', args: ['--cluster', 'kill-run.cluster'] },
  { name: 'manifests under linters', script: 'policy', args: ['--out', 'reports/ci/policy'] },
];
