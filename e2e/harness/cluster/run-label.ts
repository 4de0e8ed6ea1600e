/** Everything of a run carries this label, so that it can be found again without its journal. */
export const runLabelKey = 'staleproof.dev/run';
