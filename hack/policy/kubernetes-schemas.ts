/**
 * JSON schemas as kubeconform reads them, one file a kind, from the API description that the Kubernetes module brings, and from
 * CustomResourceDefinitions. Strict: a field that the server would drop is an error.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubernetesVersion } from '../images/kubernetes-binary.ts';
import { runCommand } from '../process/run-command.ts';

type Schema = Readonly<Record<string, unknown>>;

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const prefix = '#/definitions/';

/** Path of the API description of the node image's Kubernetes. */
export async function apiDescription(): Promise<string> {
  const module = `k8s.io/kubernetes@v${kubernetesVersion}`;
  const { Dir } = JSON.parse(await runCommand(['go', 'mod', 'download', '-json', module], { cwd: '/' })) as {
    readonly Dir: string;
  };
  return join(Dir, 'api', 'openapi-spec', 'swagger.json');
}

/** Name of a kind's file: what kubeconform's template `{{.ResourceKind}}{{.KindSuffix}}` gives. */
export function schemaFile({ group, version, kind }: Kind): string {
  const first = group.split('.')[0] ?? '';
  return `${[kind, first, version]
    .filter((part) => part !== '')
    .join('-')
    .toLowerCase()}.json`;
}

/** `wanted`: kinds that are used; a kind without a definition is left out, and kubeconform then says so. */
export async function writeSchemas(folder: string, description: string, wanted: readonly Kind[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { definitions } = JSON.parse(await readFile(description, 'utf8')) as {
    readonly definitions: Readonly<Record<string, Schema>>;
  };
  for (const kind of wanted) {
    const name = Object.keys(definitions).find((each) => isOf(definitions[each], kind));
    if (name === undefined) continue;
    const reached: Record<string, unknown> = {};
    reach(name, definitions, reached);
    const schema = { $ref: `${prefix}${name}`, definitions: reached };
    await writeFile(join(folder, schemaFile(kind)), JSON.stringify(schema));
  }
}

/** The schemas of a CustomResourceDefinition's versions. */
export async function writeCustomSchemas(folder: string, crd: unknown): Promise<void> {
  const { spec } = crd as {
    readonly spec: {
      readonly group: string;
      readonly names: { readonly kind: string };
      readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[];
    };
  };
  await mkdir(folder, { recursive: true });
  for (const { name, schema } of spec.versions) {
    const kind = { group: spec.group, version: name, kind: spec.names.kind };
    const root = schema.openAPIV3Schema as { readonly properties?: Schema };
    const properties = { ...root.properties, ...metaProperties };
    await writeFile(join(folder, schemaFile(kind)), JSON.stringify(strict({ ...root, properties })));
  }
}

const metaProperties = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } };

function isOf(definition: Schema | undefined, { group, version, kind }: Kind): boolean {
  const kinds = (definition?.['x-kubernetes-group-version-kind'] ?? []) as readonly Kind[];
  return kinds.some((each) => each.group === group && each.version === version && each.kind === kind);
}

function reach(name: string, definitions: Readonly<Record<string, Schema>>, reached: Record<string, unknown>): void {
  if (name in reached) return;
  const schema = strict(definitions[name] ?? {});
  reached[name] = schema;
  for (const [, inner = ''] of JSON.stringify(schema).matchAll(/"#\/definitions\/([^"]+)"/g))
    reach(inner, definitions, reached);
}

/** Pure: no unknown fields beside known ones, and the two types that stand for a number or a text. */
export function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const given = schema as Schema;
  const isQuantity = typeof given['description'] === 'string' && given['description'].startsWith('Quantity is a');
  if (given['format'] === 'int-or-string' || given['x-kubernetes-int-or-string'] === true || isQuantity)
    return { oneOf: [{ type: 'string' }, { type: 'number' }] };
  const inner = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, key === 'properties' ? mapped(value) : strict(value)]),
  );
  // The schemas of CustomResourceDefinitions hold themselves, and keep what they do not know.
  const open = given['additionalProperties'] !== undefined || given['x-kubernetes-preserve-unknown-fields'] === true;
  return given['properties'] === undefined || open ? inner : { ...inner, additionalProperties: false };
}

const mapped = (properties: unknown): unknown =>
  Object.fromEntries(Object.entries(properties as Schema).map(([name, value]) => [name, strict(value)]));
