/** What stands for a name in the data of a preset. */
export type Values = ReadonlyMap<string, unknown>;

/** `{name}` in a text: what is known under the name, as text. Other braces stay. */
function fillText(text: string, values: Values, encode: (value: string) => string = (value) => value): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values.get(name);
    return typeof value === 'string' ? encode(value) : whole;
  });
}

/** A path with values that are encoded, as a client would. */
export const fillPath = (path: string, values: Values): string => fillText(path, values, encodeURIComponent);

/** The same data with every text filled. */
export function fill<T>(data: T, values: Values): T {
  if (typeof data === 'string') return fillText(data, values) as T;
  if (Array.isArray(data)) return data.map((part: unknown) => fill(part, values)) as T;
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, fill<unknown>(value, values)])) as T;
}

/** The first place where `actual` is not what it should show; undefined: it shows all. A list must hold the elements named. */
export function missingFrom(actual: unknown, expected: unknown, path = ''): string | undefined {
  if (Array.isArray(expected)) {
    const elements = Array.isArray(actual) ? (actual as unknown[]) : [];
    const lost = expected.find(
      (one) => !elements.some((element) => missingFrom(element, one) === undefined),
    ) as unknown;
    return lost === undefined ? undefined : `${path || 'it'} does not hold ${JSON.stringify(lost)}`;
  }
  if (typeof expected === 'object' && expected !== null) {
    const members = (typeof actual === 'object' && actual !== null ? actual : {}) as Record<string, unknown>;
    for (const [name, value] of Object.entries(expected)) {
      const missing = missingFrom(members[name], value, path ? `${path}.${name}` : name);
      if (missing !== undefined) return missing;
    }
    return undefined;
  }
  return actual === expected
    ? undefined
    : `${path} is ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`;
}
