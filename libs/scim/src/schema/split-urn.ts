/** A namespace: a URN of at least three parts, or the address of a schema as some providers use it. */
const NAMESPACE = /^(?:urn:[A-Za-z0-9-]+:|https?:\/\/)[A-Za-z0-9._~%/#?=@+:$-]*[A-Za-z0-9_-]$/i;
const VERSION = /^v?\d+(?:\.\d+)*$/i;
const RESOURCE_TYPE = /^(?:user|group)$/i;

/** A part that begins as `__proto__` and its kin do. `cost__c`, as Salesforce names custom attributes, is a name like any other. */
const INTERNAL_NAME = /\W__/;

/** Whether `text` can name a schema, or an attribute under one; nothing with `__proto__` in it can. */
export function isNamespace(text: string): boolean {
  return text.length <= 512 && NAMESPACE.test(text) && !INTERNAL_NAME.test(text);
}

/**
 * Takes a URN that no schema of ours has apart. The border between schema and attribute is the last colon after the
 * version: `urn:…:extension:wisq:1.0:User:employeeId` is `employeeId` of `urn:…:extension:wisq:1.0:User`. Without
 * `attribute` the text is a schema's URN: it ends in a resource type, in a version, or, right after the version, in a
 * name that begins with a capital as schema names do.
 */
export function splitUnknownUrn(urn: string): { schema: string; attribute?: string } {
  const border = urn.lastIndexOf(':');
  const schema = urn.slice(0, border);
  const last = urn.slice(border + 1);
  // A slash: the only colon was that of `https://`. A digit: a version, or one with its colon forgotten (`2.0User`).
  if (RESOURCE_TYPE.test(last) || /^v?\d|\//i.test(last) || !isNamespace(schema)) return { schema: urn };
  const beforeLast = schema.slice(schema.lastIndexOf(':') + 1);
  if (VERSION.test(beforeLast) && /^[A-Z]/.test(last)) return { schema: urn };
  return { schema, attribute: last };
}
