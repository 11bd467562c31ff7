import type { ProductKey, ProductProfile } from './product-profile.js';
import { namespaceOf, parseSource } from './source-path.js';

export interface ProfileFault {
  /** The key it concerns; absent for the profile as a whole. */
  readonly key?: string;
  readonly fault: string;
}

const PRODUCT_ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const KEY = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** Everything wrong with a profile at once, so that its writer need not find the faults one by one. */
export function checkProfile(profile: ProductProfile): ProfileFault[] {
  const faults: ProfileFault[] = [];
  if (!PRODUCT_ID.test(profile.id)) faults.push({ fault: `product id "${profile.id}": use a-z, 0-9 and single "-"` });
  if (profile.title.trim() === '') faults.push({ fault: 'the title is empty' });
  const seen = new Set<string>();
  for (const key of profile.keys) {
    if (seen.has(key.key)) faults.push({ key: key.key, fault: 'the key is listed twice' });
    seen.add(key.key);
    for (const fault of keyFaults(key)) faults.push({ key: key.key, fault });
  }
  const identity = profile.keys.find(({ key }) => key === profile.identityKey);
  if (!identity) faults.push({ fault: `the identity key "${profile.identityKey}" is not among the keys` });
  else if (identity.level !== 'required')
    faults.push({ key: identity.key, fault: 'the identity key must be required' });
  if (profile.clientNamespace !== undefined && !parseSource({ extension: profile.clientNamespace })) {
    faults.push({ fault: `the client namespace "${profile.clientNamespace}" is not a URN` });
  }
  return faults;
}

function* keyFaults({ key, sources, namespace, type, literals, description }: ProductKey): Generator<string> {
  if (!KEY.test(key)) yield 'a key is snake_case: a-z, 0-9 and single "_"';
  if (key === 'active') yield '"active" stands beside the keys of every view and cannot be one';
  if (description.trim() === '') yield 'the description is empty';
  if (literals?.length && type !== 'string') yield 'literals are for keys of type string';
  if (sources.length === 0) yield 'it has no source';
  for (const [index, source] of sources.entries()) {
    const parsed = parseSource(source);
    if (!parsed) {
      const shown = typeof source === 'string' ? source : 'extension' in source ? source.extension : source.path;
      yield `"${shown}" is not a path that can be read`;
      continue;
    }
    if (parsed.pick?.length === 0) yield `"${parsed.path}" chooses among no elements`;
    if ((parsed.attribute === undefined) !== (type === 'object')) {
      yield 'type object and a source that is a whole extension belong together';
    }
    if (index === 0 && namespaceOf(parsed) !== namespace) {
      yield `its first source is in namespace ${namespaceOf(parsed)}, not ${namespace}`;
    }
  }
}
