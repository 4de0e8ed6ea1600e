/** YAML manifests as people write them: several documents, `${NAME}` placeholders. */
import type { KubernetesObject } from '../kubernetes-object.ts';

/**
 * All documents in order; empty ones are skipped, a `List` is unfolded. Throws on a placeholder without a value
 * (naming all of them) and on a document that is no Kubernetes object. Only upper-case names are placeholders, so shell
 * text like `${file%.log}` in a manifest stays as it is; `$${NAME}` stands for a literal `${NAME}`.
 */
export async function parseManifest(
  yaml: string,
  values: Readonly<Record<string, string>> = {},
): Promise<readonly KubernetesObject[]> {
  const { CORE_SCHEMA, loadAll } = await import('js-yaml');
  // YAML 1.2 core: a date in an annotation stays the text that was written.
  return loadAll(substitute(yaml, values), null, { schema: CORE_SCHEMA }).flatMap((document, index) => {
    if (document === null || document === undefined) return [];
    if (isList(document)) return document.items.map((item) => checked(item, index));
    return [checked(document, index)];
  });
}

function substitute(text: string, values: Readonly<Record<string, string>>): string {
  const missing = new Set<string>();
  const result = text.replace(/(\$?)\$\{([A-Z][A-Z0-9_]*)\}/g, (_whole, escape: string, name: string) => {
    if (escape !== '') return `\${${name}}`;
    const value = values[name];
    if (value === undefined) missing.add(name);
    return value ?? '';
  });
  if (missing.size > 0) {
    const given = Object.keys(values).join(', ') || 'none';
    throw new Error(`manifest: no value for ${[...missing].map((name) => `\${${name}}`).join(', ')} (given: ${given})`);
  }
  return result;
}

function isList(document: unknown): document is { readonly items: readonly unknown[] } {
  const { kind, items } = document as { kind?: unknown; items?: unknown };
  return kind === 'List' && Array.isArray(items);
}

function checked(document: unknown, index: number): KubernetesObject {
  const object = document as Partial<KubernetesObject>;
  for (const [field, value] of [
    ['apiVersion', object.apiVersion],
    ['kind', object.kind],
    ['metadata.name', object.metadata?.name],
  ])
    if (typeof value !== 'string') throw new Error(`manifest: document ${index + 1} has no ${String(field)}`);
  return object as KubernetesObject;
}
