/** `npm run prove -- check`: stale rows are made on a kind cluster, and check has to name each and nothing else, with reads alone. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { dump, loadAll } from 'js-yaml';
import { areas } from '../areas/index.ts';
import { auditOf, countedVerbs, forbiddenOf, turnAuditOn } from '../check/precision/audit.ts';
import { compare, precisionTable } from '../check/precision/compare.ts';
import { insertCommand, madeRows } from '../check/precision/made-rows.ts';
import { makeStage, NOT_HERE } from '../check/precision/stage-objects.ts';
import { rolesYaml } from '../check/rbac.ts';
import { checkResult } from '../check/result.ts';
import { KindNode } from '../harness/cluster/kind/kind-node.ts';
import { connect } from '../harness/cluster/kube/connection.ts';
import { KubeClient } from '../harness/cluster/kube/kube-client.ts';
import type { KubernetesObject } from '../harness/cluster/kubernetes-object.ts';
import { readNodes } from '../harness/cluster/node-facts.ts';
import { EXIT } from '../harness/run/exit-codes.ts';
import { shown } from '../harness/run/shown.ts';
import { UsageError } from '../harness/run/usage-error.ts';
import { fixturesImageName } from '../../hack/images/fixtures-image.ts';
import { isParseArgsError, runCommandLine } from './run-command-line.ts';

const HELP = `npm run prove -- check --kubeconfig FILE [--out FILE]

  --kubeconfig FILE  of a kind cluster, best of both families, that is thrown away afterwards: its proxy is taken away and its audit log
                     turned on (npm run cluster -- up -i dual --workers 1 --name NAME)
  --image REF        of the in-pod programs (default: the one built here)
  --out FILE         where the table goes (reports/check/precision.md)
Exit code: 0 each stale row was named and nothing else, and nothing but reads was asked for; 1 not so; 2 it could not be tried.
`;
const ACCOUNT = { namespace: 'staleproof-check', name: 'staleproof-check' };
const entry = new URL('check.ts', import.meta.url).pathname;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kubeconfig: { type: 'string' },
      out: { type: 'string', default: 'reports/check/precision.md' },
      image: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true || values.kubeconfig === undefined) {
    process.stdout.write(shown(HELP));
    return values.help === true ? EXIT.asExpected : EXIT.usage;
  }
  const signal = AbortSignal.timeout(600_000);
  const connection = await connect({ kubeconfig: values.kubeconfig });
  const folder = await mkdtemp(join(tmpdir(), 'check-proof-'));
  try {
    const api = new KubeClient(connection, { labels: {}, pollMs: 500 });
    const facts = await readNodes(api, signal);
    const [controlPlane, worker] = [true, false].map((is) => facts.find((node) => node.controlPlane === is));
    if (controlPlane === undefined || worker === undefined) throw new Error('needs a control plane and a worker');
    const node = new KindNode(worker);
    const image = values.image ?? (await fixturesImageName());
    const made = madeRows(await makeStage(api, node, image, signal)).filter(
      ({ dst, replySrc }) => dst !== NOT_HERE && replySrc !== NOT_HERE,
    );
    say('the proxy goes, so that nobody cleans up; the audit log comes');
    await api.patch(
      { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'kube-system', name: 'kube-proxy' },
      { spec: { template: { spec: { nodeSelector: { 'staleproof.dev/none': 'none' } } } } },
      signal,
    );
    await turnAuditOn(new KindNode(controlPlane), api);
    const path = join(folder, 'kubeconfig');
    await writeFile(path, await accountKubeconfig(api, connection.kubeconfigText(), signal), { mode: 0o600 });
    await node.run(['conntrack', '-F'], { signal });
    for (const [index, row] of made.entries()) await node.run(insertCommand(row, index), { signal });
    say(`${made.length} rows were made on ${worker.name}`);
    const { stdout, stderr, exitCode } = await execa(
      process.execPath,
      ['--import', 'tsx', entry, '--kubeconfig', path, '--rows', '--image', image, '--output', 'json'],
      { reject: false, timeout: 200_000 },
    );
    if (!stdout.startsWith('{')) throw new Error(`check ended with ${String(exitCode)}: ${stderr.slice(-400)}`);
    const result = checkResult.parse(JSON.parse(stdout));
    const comparison = compare(made, result);
    const events = await auditOf(api, `system:serviceaccount:${ACCOUNT.namespace}:${ACCOUNT.name}`);
    const forbidden = forbiddenOf(events);
    const table = precisionTable(comparison, {
      when: result.at.slice(0, 10),
      cluster: `kind, Kubernetes ${worker.info['kubeletVersion'] ?? '?'}, kernel ${worker.info['kernelVersion'] ?? '?'}${worker.addresses.ipv6 === undefined ? ', IPv4' : ', IPv4 and IPv6'}`,
      'rows read': (result.rows ?? [])
        .map(({ node: name, rows, error }) => `${name} ${rows ?? error ?? ''}`)
        .join(', '),
      'could not be read':
        result.missing
          .filter(({ what }) => what.startsWith('rows'))
          .map(({ what, why }) => `${what}: ${why}`)
          .join('; ') || 'nothing',
      'asked of the API server by the account of check --rbac --rows, by its audit log': countedVerbs(events),
      'writes outside of its own namespace, watches and Secrets among them': String(forbidden.length),
    });
    await mkdir(join(values.out, '..'), { recursive: true });
    await writeFile(values.out, table);
    const wrong = comparison.rows.filter(({ right }) => !right).length + comparison.besides.length + forbidden.length;
    process.stdout.write(shown(`${made.length} rows, ${wrong} wrong; ${events.length} requests; ${values.out}\n`));
    return events.length === 0 ? EXIT.infrastructure : wrong === 0 ? EXIT.asExpected : EXIT.failed;
  } finally {
    connection.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The kubeconfig with the least account in place of the administrator. */
async function accountKubeconfig(api: KubeClient, text: string, signal: AbortSignal): Promise<string> {
  for (const object of loadAll(rolesYaml(areas, true)) as KubernetesObject[]) await api.apply(object, signal);
  const answer = (await api.raw(
    'POST',
    `/api/v1/namespaces/${ACCOUNT.namespace}/serviceaccounts/${ACCOUNT.name}/token`,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } },
    signal,
  )) as { readonly status: { readonly token: string } };
  const [config] = loadAll(text) as { users: { user: object }[] }[];
  if (config === undefined) throw new Error('the kubeconfig is empty');
  return dump({ ...config, users: config.users.map((user) => ({ ...user, user: { token: answer.status.token } })) });
}

const say = (line: string): void => void process.stderr.write(shown(`${line}\n`));
const isUsage = (error: unknown): boolean => error instanceof UsageError || isParseArgsError(error);
void runCommandLine({ name: 'prove check', isUsage }, main);
