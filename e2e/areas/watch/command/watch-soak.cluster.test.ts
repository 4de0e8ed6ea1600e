/** Needs a cluster: SOAK_KUBECONFIG=<file> npm test -- --cluster watch-soak.cluster. Every night hack/ci/anywhere.ts runs it on its own. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { connect } from '../../../harness/cluster/kube/connection.ts';
import { KubeClient } from '../../../harness/cluster/kube/kube-client.ts';
import { readSoakOptions } from './watch-soak-options.ts';
import { soak } from './watch-soak.ts';
import { soakTable, soakVerdict } from './watch-soak-table.ts';

const kubeconfig = process.env['SOAK_KUBECONFIG'] ?? '';
const hours = process.env['SOAK_HOURS'] ?? '0.05';

describe('a short soak', function () {
  this.timeout((Number(hours) * 3600 + 400) * 1000);
  before(function () {
    if (kubeconfig === '') this.skip();
  });

  it('delivers to all three clients on both paths, and leaves nothing behind', async () => {
    const clients = ['client-node', 'client-go', 'python-client'];
    const options = readSoakOptions([
      ...['soak', '--kubeconfig', kubeconfig, '--hours', hours, '--interval', '5'],
      ...clients.flatMap((name) => ['--client', name]),
    ]);
    const rows = await soak(options, AbortSignal.timeout(1_200_000), (line) => process.stderr.write(`${line}\n`));
    process.stderr.write(`${soakTable(rows)}\n`);
    expect(rows.map(({ client, path }) => `${client} ${path}`)).to.have.members(
      clients.flatMap((name) => [`${name} public`, `${name} private`]),
    );
    for (const { client, path, summary, reason } of rows)
      expect(summary, `${client} ${path}: ${reason ?? ''}`).to.include({ verdict: 'pass', missed: 0 });
    expect(soakVerdict(rows)).to.equal(0);
    const connection = await connect(options);
    try {
      const api = new KubeClient(connection, { labels: {}, pollMs: 500 });
      const left = await api.list<{ apiVersion: string; kind: string; metadata: { name: string } }>('v1', 'Namespace');
      expect(
        left.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('staleproof-soak')),
      ).to.deep.equal([]);
    } finally {
      connection.close();
    }
  });
});
