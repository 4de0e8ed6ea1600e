/** Builds result lines for the reports' own tests: plausible defaults, every field can be overridden. */
import type {
  AttemptLine,
  EvidenceRecord,
  ResultLine,
  RunEndLine,
  RunStartLine,
  SpecInfo,
  Verdict,
} from '../harness/run/result-schema.ts';

export function specInfo(id = 'udp/clusterip-server-cycles', more: Partial<SpecInfo> = {}): SpecInfo {
  return {
    id,
    area: id.split('/')[0] ?? 'udp',
    title: `${id.split('/')[1] ?? id} [conntrack] [udp]`,
    claim: 'A service proxy MUST delete the conntrack entry of a flow when its endpoint leaves the Service.',
    tags: ['conntrack', 'udp'],
    core: true,
    file: `e2e/specs/${id}.spec.ts`,
    refs: [{ title: 'kubernetes/kubernetes#105657', url: 'https://github.com/kubernetes/kubernetes/issues/105657' }],
    ...more,
  };
}

export function runStart(specs: readonly SpecInfo[], more: Partial<RunStartLine> = {}): RunStartLine {
  return {
    type: 'run-start',
    schema: 1,
    run: '20261121-010203-abcd',
    wall: '2026-11-21T01:02:03.000Z',
    argv: ['--grep', 'conntrack'],
    seed: 4711,
    options: { family: 'ipv4' },
    facts: { kernel: '6.18.0', node: '20.20.2', kubernetes: 'v1.36.3', provider: 'kind', family: 'ipv4' },
    subjects: [
      { name: 'kube-proxy-nftables', kind: 'service-proxy', versions: { 'kube-proxy': 'v1.36.3' }, remarks: [] },
    ],
    specs,
    ...more,
  };
}

export function attemptLine(verdict: Verdict, more: Partial<AttemptLine> = {}): AttemptLine {
  const failed = verdict === 'fail' || verdict === 'expected-fail' || verdict === 'infrastructure-error';
  return {
    type: 'attempt',
    spec: specInfo(),
    attempt: 1,
    repetition: 1,
    final: true,
    verdict,
    ...(failed ? { failure: failureRecord() } : {}),
    ...(verdict === 'skip' ? { reason: 'the kernel has no ip_vs module' } : {}),
    ...(verdict === 'inconclusive' ? { reason: 'no conntrack entry appeared within 10 s' } : {}),
    ...(verdict === 'expected-fail' || verdict === 'unexpected-pass' ? { defect: knownDefect } : {}),
    subjects: ['kube-proxy-nftables'],
    startedAt: 1000,
    endedAt: 9000,
    leaked: false,
    steps: [
      { title: 'client talks to server 1', startedAt: 1000, endedAt: 4000, depth: 0 },
      { title: 'server 1 is deleted', startedAt: 4000, endedAt: 8500, depth: 0 },
    ],
    evidence: [
      { at: 2500, kind: 'proof', lane: 'premises', summary: 'the conntrack entry points at server 1' },
      { at: 4100, kind: 'fault', lane: 'fault', summary: 'server 1 deleted with grace 0' },
    ],
    series: [],
    measures: [{ name: 'loss window', value: 412.5, unit: 'ms', bound: 1000 }],
    attachments: [
      {
        name: 'conntrack-worker.txt',
        path: 'artifacts/udp-clusterip-server-cycles/1/conntrack-worker.txt',
        mime: 'text/plain',
      },
    ],
    cleanupErrors: [],
    artifacts: 'artifacts/udp-clusterip-server-cycles/1',
    ...more,
  };
}

const knownDefect = {
  id: 'stale-nodeport-row',
  reason: 'the row of a masqueraded flow is never deleted',
  link: 'https://github.com/kubernetes/kubernetes/issues/127259',
  since: '2026-10',
};

export function failureRecord(message?: string): NonNullable<AttemptLine['failure']> {
  return {
    name: 'JudgementError',
    message:
      message ??
      'udp 10.96.4.1:80 from client (worker): expected replies from server 2, observed the stale entry of server 1 for 30.0 s (600 tries)',
    stack: 'JudgementError: …\n    at judge (e2e/harness/run/attempt.ts:10:3)',
    subject: 'udp 10.96.4.1:80 from client (worker)',
    expected: 'replies from server 2',
    observed: 'the stale entry of server 1',
    durationMs: 30_000,
    tries: 600,
    artifact: 'artifacts/udp-clusterip-server-cycles/1/conntrack-worker.txt',
  };
}

export function runEnd(more: Partial<RunEndLine> = {}): RunEndLine {
  return { type: 'run-end', at: 60_000, wall: '2026-11-21T01:03:03.000Z', exitCode: 0, counts: {}, ...more };
}

/** Start, the given attempts with a spec each, and an end. */
export function wholeRun(attempts: readonly AttemptLine[], more: Partial<RunStartLine> = {}): readonly ResultLine[] {
  const specs = new Map(attempts.map((attempt) => [attempt.spec.id, attempt.spec]));
  return [runStart([...specs.values()], more), ...attempts, runEnd()];
}

/** A cycle of servers as the udp area records it: replies of server 1, 400 ms of loss, replies of server 2. */
export function serverCycle(verdict: Verdict = 'pass', more: Partial<AttemptLine> = {}): AttemptLine {
  const replies = (from: number, until: number): (readonly [number, number])[] =>
    Array.from({ length: Math.floor((until - from) / 20) }, (_, index) => [
      from + index * 20 + (index % 3),
      Math.floor((from - 2000) / 20) + index,
    ]);
  const recovered = verdict === 'pass';
  const evidence: EvidenceRecord[] = [
    { at: 1200, kind: 'log-line', lane: 'client log', summary: 'bound to 0.0.0.0:12345' },
    { at: 2500, kind: 'proof', lane: 'premises', summary: 'the conntrack entry points at server 1 (10.244.1.5:80)' },
    { at: 2600, kind: 'proof', lane: 'premises', summary: 'UDP timeouts of worker raised to 3600 s' },
    { at: 4100, kind: 'fault', lane: 'fault', summary: 'server 1 deleted with grace 0' },
    { at: 4180, kind: 'conntrack-entry', lane: 'rows on worker', summary: 'DESTROY udp 10.244.2.7:12345 [USERSPACE]' },
    { at: 4120, until: recovered ? 4520 : 8800, kind: 'loss', lane: 'datagrams', summary: 'no reply' },
  ];
  return attemptLine(verdict, {
    evidence,
    series: [
      { name: 'server 1', lane: 'replies', unit: 'sequence number', points: replies(2000, 4120) },
      { name: 'server 2', lane: 'replies', unit: 'sequence number', points: recovered ? replies(4520, 8800) : [] },
      {
        name: 'rows',
        lane: 'conntrack table',
        unit: 'entries',
        points: [
          [1000, 0],
          [2100, 1],
          [4180, 0],
          [4500, 1],
        ],
      },
    ],
    ...more,
  });
}
