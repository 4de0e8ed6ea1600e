/** What kubeconform and kube-score say, in one form, and which of it has a reason. Pure. */
import { linterExceptions } from './linter-exceptions.ts';

export interface Finding {
  readonly tool: 'kubeconform' | 'kube-score';
  /** Below manifests/. */
  readonly file: string;
  /** `Deployment/name` */
  readonly place: string;
  /** kube-score's check, or kubeconform's status. */
  readonly rule: string;
  readonly text: string;
}

interface Resource {
  readonly filename: string;
  readonly kind: string;
  readonly name: string;
  readonly status: string;
  readonly msg: string;
}

export function fromKubeconform(output: string): { readonly objects: number; readonly findings: readonly Finding[] } {
  const { resources = [] } = JSON.parse(output) as { readonly resources?: readonly Resource[] };
  const findings = resources.flatMap(({ filename, kind, name, status, msg }): Finding[] =>
    status === 'statusValid'
      ? []
      : [
          {
            tool: 'kubeconform',
            file: filename,
            place: `${kind}/${name}`,
            rule: status.replace(/^status/, ''),
            text: msg,
          },
        ],
  );
  return { objects: resources.length, findings };
}

interface Scored {
  readonly type_meta: { readonly kind: string };
  readonly object_meta: { readonly name: string };
  readonly file_name: string;
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
    readonly comments: readonly { readonly path: string; readonly summary: string }[] | null;
  }[];
}

/** 10 is kube-score's best grade, and everything from 7 on is no complaint. */
const FINE = 7;

/** @param folder that the names of files are below; kube-score makes them absolute */
export function fromKubeScore(
  output: string,
  folder = '',
): { readonly checks: number; readonly findings: readonly Finding[] } {
  const scored = JSON.parse(output) as readonly Scored[];
  const run = scored.flatMap((object) =>
    object.checks.filter(({ skipped }) => !skipped).map((check) => ({ object, check })),
  );
  const findings = run
    .filter(({ check }) => check.grade < FINE)
    .map(({ object, check }): Finding => {
      const { file_name: name, type_meta: type, object_meta: meta } = object;
      const file = name.replace(`${folder}/`, '');
      const said = (check.comments ?? []).map(({ path, summary }) => (path === '' ? summary : `${path}: ${summary}`));
      const place = `${type.kind}/${meta.name}`;
      return { tool: 'kube-score', file, place, rule: check.check.id, text: [...new Set(said)].join('; ') };
    });
  return { checks: run.length, findings };
}

export interface JudgedFindings {
  readonly excused: readonly (Finding & { readonly reason: string })[];
  readonly unexcused: readonly Finding[];
  /** Exceptions that excuse nothing. */
  readonly idle: readonly string[];
}

export function judgeFindings(findings: readonly Finding[], exceptions = linterExceptions): JudgedFindings {
  const used = new Set<string>();
  const excused: (Finding & { readonly reason: string })[] = [];
  const unexcused: Finding[] = [];
  for (const finding of findings) {
    const row = exceptions.find(({ rule, files }) => rule === finding.rule && (files?.includes(finding.file) ?? true));
    if (row === undefined) unexcused.push(finding);
    else {
      used.add(row.rule + (row.files ?? []).join());
      excused.push({ ...finding, reason: row.reason });
    }
  }
  const idle = exceptions.filter(({ rule, files }) => !used.has(rule + (files ?? []).join())).map(({ rule }) => rule);
  return { excused, unexcused, idle };
}

export function policyMarkdown(
  facts: JudgedFindings & { readonly files: number; readonly objects: number; readonly checks: number },
): string {
  const rows = facts.excused.map(
    ({ tool, file, place, rule, reason }) => `| ${tool} | ${file} | ${place} | ${rule} | ${cell(reason)} |`,
  );
  const open = facts.unexcused.map(
    ({ tool, file, place, rule, text }) => `- ${tool}: ${file}: ${place}: ${rule}: ${cell(text)}`,
  );
  return [
    '# Manifests under kubeconform and kube-score',
    '',
    `\`npm run prove -- policy\`: ${facts.files} files, ${facts.objects} objects held against the schemas of the API server, ${facts.checks} checks of kube-score.`,
    `${facts.unexcused.length} findings without a reason, ${facts.excused.length} with one.`,
    '',
    ...open,
    ...(open.length > 0 ? [''] : []),
    '| tool | file | object | finding | why it stays |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
