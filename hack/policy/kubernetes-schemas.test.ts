import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { schemaFile, strict, writeCustomSchemas, writeSchemas } from './kubernetes-schemas.ts';

describe('schemas of manifests', () => {
  let folder = '';
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'staleproof-schemas-'))));
  after(() => rm(folder, { recursive: true }));

  it('are named as kubeconform asks for them', () => {
    expect(schemaFile({ group: '', version: 'v1', kind: 'Pod' })).to.equal('pod-v1.json');
    expect(schemaFile({ group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole' })).to.equal(
      'clusterrole-rbac-v1.json',
    );
  });

  it('know no field that the server would drop', () => {
    expect(strict({ properties: { a: { type: 'string', properties: { b: {} } } } })).to.deep.equal({
      properties: { a: { type: 'string', properties: { b: {} }, additionalProperties: false } },
      additionalProperties: false,
    });
    expect(strict({ properties: {}, additionalProperties: { type: 'string' } })).to.deep.equal({
      properties: {},
      additionalProperties: { type: 'string' },
    });
  });

  it('take a number or a text where the API does', () => {
    const either = { oneOf: [{ type: 'string' }, { type: 'number' }] };
    expect(strict({ type: 'string', format: 'int-or-string' })).to.deep.equal(either);
    expect(strict({ type: 'string', description: 'Quantity is a fixed-point …' })).to.deep.equal(either);
    // A property may have the name of a keyword.
    expect(strict({ properties: { format: { type: 'string' } } })).to.deep.equal({
      properties: { format: { type: 'string' } },
      additionalProperties: false,
    });
  });

  it('hold what they refer to, and nothing else', async () => {
    const description = join(folder, 'swagger.json');
    const gvk = [{ group: '', version: 'v1', kind: 'Pod' }];
    const definitions = {
      Pod: { properties: { spec: { $ref: '#/definitions/Spec' } }, 'x-kubernetes-group-version-kind': gvk },
      Spec: { properties: { inner: { $ref: '#/definitions/Spec' } } },
      Other: {},
    };
    await writeFile(description, JSON.stringify({ definitions }));
    const out = join(folder, 'out');
    await writeSchemas(out, description, [...gvk, { group: 'x', version: 'v1', kind: 'Gone' }]);
    const crd = {
      group: 'g.dev',
      names: { kind: 'Thing' },
      versions: [{ name: 'v1', schema: { openAPIV3Schema: {} } }],
    };
    await writeCustomSchemas(out, { spec: crd });
    expect(await readdir(out)).to.have.members(['pod-v1.json', 'thing-g-v1.json']);
    const pod = JSON.parse(await readFile(join(out, 'pod-v1.json'), 'utf8')) as { readonly definitions: object };
    expect(Object.keys(pod.definitions)).to.deep.equal(['Pod', 'Spec']);
  });
});
