/**
 * Reads damaged kubeconfigs, in a process of its own: what looks secret in them is kept by the redactor for the life of the process.
 * Arguments: how many, and the seed. Prints one JSON line: `read`, `refused`, `wrong` (the first few that broke a rule).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { loadKubeconfig } from '../../harness/cluster/kube/load-kubeconfig.ts';
import { memoryOrDisk, mutantsOf } from './mutate-text.ts';

const token = 'c3RhbGVwcm9vZi1vd24tcGxhY2Vob2xkZXI';
const kubeconfig = `apiVersion: v1
kind: Config
current-context: own
clusters:
- {name: one, cluster: {server: 'https://192.0.2.7:6443', certificate-authority-data: Q0E=}}
contexts:
- {name: own, context: {cluster: one, user: me}}
users:
- name: me
  user:
    token: TKN
`;
// The token goes in afterwards, whole: each other one would be kept by the redactor, which then takes longer for the next text.
const originals = [kubeconfig, JSON.stringify({ ...base(), users: [{ name: 'me', user: { token: 'TKN' } }] })];
const [count, seed] = [Number(process.argv[2]), Number(process.argv[3])];
const folder = mkdtempSync(join(memoryOrDisk(), 'kubeconfigs-'));
const path = join(folder, 'config');
const tally = { read: 0, refused: 0, wrong: [] as string[] };
try {
  for (const mutant of mutantsOf(originals, count, seed)) {
    const text = mutant.replaceAll('TKN', token);
    writeFileSync(path, text);
    try {
      loadKubeconfig(new KubeConfig(), { kubeconfig: path });
      tally.read += 1;
    } catch (error) {
      tally.refused += 1;
      const { message } = error as Error;
      const isNamed = error instanceof Error && message.startsWith('kubeconfig') && message.length < 1000;
      if ((!isNamed || message.includes(token.slice(0, 12))) && tally.wrong.length < 3)
        tally.wrong.push(`${message.slice(0, 300)} of ${JSON.stringify(text.slice(0, 400))}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.stdout.write(`${JSON.stringify(tally)}\n`);

function base(): object {
  return {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'own' },
    clusters: [{ name: 'one', cluster: { server: 'http://127.0.0.1:8001' } }],
    contexts: [{ name: 'own', context: { cluster: 'one', user: 'me' } }],
  };
}
