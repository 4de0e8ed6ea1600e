/** Colours that the colour-blind can tell apart (after Okabe and Ito); a kind keeps its colour in every report. */
export const SERIES_COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#000000'] as const;

const KIND_COLORS: Readonly<Record<string, string>> = {
  fault: '#d55e00',
  preparation: '#94a3b8',
  loss: '#dc2626',
  proof: '#009e73',
  'datagram-loss': '#dc2626',
  judgement: '#111827',
  'failed-judgement': '#b91c1c',
  'conntrack-entry': '#0072b2',
  datagram: '#56b4e9',
  rst: '#cc79a7',
  'log-line': '#64748b',
  counter: '#e69f00',
};

export function colorOfKind(kind: string): string {
  const known = KIND_COLORS[kind];
  if (known !== undefined) return known;
  let hash = 0;
  for (const character of kind) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return SERIES_COLORS[hash % SERIES_COLORS.length] ?? SERIES_COLORS[0];
}
