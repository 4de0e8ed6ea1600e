import { expect } from 'chai';
import { loadAll } from 'js-yaml';
import { describe, it } from 'mocha';
import { readdir, readFile } from 'node:fs/promises';
import { captureManifests } from './capture-manifests.ts';
import { captureMutants } from './capture-mutant-list.ts';
import { packetCaptures } from './packet-captures.ts';

interface Workload {
  readonly kind: string;
  readonly spec: { readonly template: { readonly spec: Record<string, unknown> } };
}
async function podSpec(kind: string, mutant?: string): Promise<Record<string, unknown> & { containers: unknown }> {
  const yaml = await captureManifests(
    'image:1',
    captureMutants.find(({ name }) => name === mutant),
  );
  const found = (loadAll(yaml) as Workload[]).find((object) => object.kind === kind);
  return found?.spec.template.spec as Record<string, unknown> & { containers: unknown };
}

describe('the manifests of a capture subject', () => {
  it('run the reference unprivileged, in no namespace of the host', async () => {
    const text = JSON.stringify(await podSpec('DaemonSet'));
    expect(text).to.contain('image:1').and.contain('packet-capture-agent.mjs');
    for (const word of ['privileged', 'hostPID', 'hostNetwork', 'MUTANT']) expect(text).to.not.contain(word);
  });

  it('replace the one program that is known bad, and give it what its defect needs', async () => {
    expect(JSON.stringify(await podSpec('DaemonSet', 'stale-pid')))
      .to.contain('capture-mutant-agent.mjs')
      .and.contain('"hostPID":true')
      .and.contain('"hostNetwork":false');
    expect(JSON.stringify(await podSpec('DaemonSet', 'first-in-list'))).to.contain('packet-capture-agent.mjs');
    expect(JSON.stringify(await podSpec('Deployment', 'first-in-list'))).to.contain('capture-mutant-controller.mjs');
  });
});

describe('the known-bad capture subjects', () => {
  it('leave no spec without one that has to fail it', async () => {
    const folder = new URL('../specs/', import.meta.url);
    const caught = packetCaptures.flatMap(({ caughtBy }) => caughtBy);
    // The cases of a file make one claim and differ in the fault's parameters: one of them is enough.
    for (const file of await readdir(folder)) {
      const ids = (await readFile(new URL(file, folder), 'utf8')).matchAll(/ id: [`'](capture\/[^`'$]*)/g);
      for (const [, id = ''] of ids)
        expect(
          caught.some((one) => one.startsWith(id)),
          `${file}: ${id}`,
        ).to.equal(true);
    }
  });
});
