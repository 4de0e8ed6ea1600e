/** README.md of a bundle: ten lines that a maintainer reads first; and the facts beside it. */
import type { AttemptLine, RunStartLine, SubjectInfo } from '../harness/run/result-schema.ts';

export interface BundleFacts {
  readonly start: RunStartLine | undefined;
  readonly attempt: AttemptLine;
  readonly subjects: readonly SubjectInfo[];
  /** What is missing of a whole bundle, in words. */
  readonly lacks: readonly string[];
  readonly files: readonly string[];
  readonly script: boolean;
}

const FILES: Readonly<Record<string, string>> = {
  'reproduce.sh': 'does it again on a cluster of its own, with docker, kind and kubectl',
  'kind.yaml': 'the cluster',
  'steps/': 'manifests and commands as they were applied, in order; `@V1@` stands for what a cluster chooses itself',
  'programs/': 'what runs in the pods, one file each, for Node.js 20',
  'evidence.jsonl': 'what was seen and proven, in order',
  'timeline.svg': 'the same as a picture',
  'events.txt': 'events of the cluster',
  'conntrack/': 'connection tracking of each node after the failure',
  'pods/': 'logs of the pods',
  'subject/': 'logs of the subject',
  'facts.json': 'versions, kernel, judgements, measures',
};

export function bundleReadme({ start, attempt, subjects, lacks, files, script }: BundleFacts): string {
  const { spec, failure, reason } = attempt;
  const facts = start?.facts ?? {};
  const listed = Object.entries(FILES).filter(([name]) => files.some((file) => file === name || file.startsWith(name)));
  return [
    `# ${spec.title}`,
    '',
    `**Subject:** ${subjects.map(subjectText).join('; ')}`,
    `**Claim:** ${spec.claim}`,
    `**Expected:** ${failure?.expected ?? spec.claim}`,
    `**Observed:** ${oneLine(failure?.observed ?? failure?.message ?? reason ?? attempt.verdict)}`,
    `**Where:** Kubernetes ${facts['kubernetes'] ?? '?'}, kernel ${facts['kernel'] ?? '?'}, ${facts['containerRuntime'] ?? 'runtime unknown'}, ${facts['family'] ?? '?'}, ${facts['platform'] ?? '?'}; ${start?.wall ?? 'time unknown'}`,
    script
      ? '**Run it:** `./reproduce.sh` (exit code 0 as expected, 1 the defect is there, 2 could not be tried, 3 compare by hand)'
      : '**Run it:** no script, see below.',
    `**Read first:** ${listed.map(([name]) => `\`${name}\``).join(', ')}`,
    `**See also:** ${[...spec.refs.map(({ title, url }) => `[${title}](${url})`), ...defectLink(attempt)].join(', ') || 'nothing'}`,
    '',
    '| file | holds |',
    '|---|---|',
    ...listed.map(([name, holds]) => `| \`${name}\` | ${holds} |`),
    '',
    ...lacks.map((lack) => `- ${lack}`),
    '',
  ].join('\n');
}

export function bundleFacts({ start, attempt, subjects }: BundleFacts): object {
  const { spec, verdict, reason, defect, failure, judgements, measures, steps, evidence } = attempt;
  return {
    run: start?.run,
    wall: start?.wall,
    facts: start?.facts,
    subjects,
    spec,
    verdict,
    reason,
    defect,
    failure: failure === undefined ? undefined : { ...failure, stack: undefined },
    judgements,
    measures,
    steps,
    evidence,
  };
}

function defectLink({ defect }: AttemptLine): readonly string[] {
  return defect === undefined ? [] : [`[known defect ${defect.id}](${defect.link})`];
}

function subjectText({ name, version, mode, remarks }: SubjectInfo): string {
  const what = [version, mode].filter((part) => part !== undefined).join(', ');
  return `${name}${what === '' ? '' : ` (${what})`}${remarks.length === 0 ? '' : `: ${remarks.join('; ')}`}`;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
