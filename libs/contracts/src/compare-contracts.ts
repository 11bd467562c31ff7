import type { Contract, TopicContract } from './contract.js';
import type { Schema } from './json-schema.js';

/** A change that somebody at the other end of a topic would notice as a failure. */
export interface Breach {
  /** Topic or schema, and the place in it. */
  readonly where: string;
  readonly what: string;
}

/** What to do about a breach. */
export const REMEDY =
  'Put it back, or publish a new version beside the old one (a new schema name and message type ending in `.v2`) and keep the ' +
  'old until nobody reads it. See docs/guide/change-a-contract.md.';

/** What of `next` breaks somebody who relies on `previous`. What was only added breaks nobody. */
export function breaches(previous: Contract, next: Contract): Breach[] {
  const found: Breach[] = [];
  const directions = new Map<string, Set<'out' | 'in'>>();
  for (const [address, topic] of Object.entries(previous.topics)) {
    for (const { headers, payload } of Object.values(topic.messages)) {
      for (const name of [headers, payload ?? []].flat()) {
        const known = directions.get(name) ?? new Set();
        if (topic.direction !== 'in') known.add('out');
        if (topic.direction !== 'out') known.add('in');
        directions.set(name, known);
      }
    }
    compareTopic(address, topic, next.topics[address], found);
  }
  for (const [name, schema] of Object.entries(previous.schemas)) {
    const now = next.schemas[name];
    if (!now) found.push({ where: name, what: 'the schema is gone' });
    else for (const direction of directions.get(name) ?? []) compareSchemas(name, schema, now, direction, found);
  }
  return found.filter((one, i) => found.findIndex(({ where, what }) => where === one.where && what === one.what) === i);
}

/** For whoever made the change: every breach, and what to do. */
export function describeBreaches(found: readonly Breach[]): string {
  return ['The contract is broken for those who rely on it:', ...found.map(({ where, what }) => `  - ${where}: ${what}`), REMEDY].join('\n'); // prettier-ignore
}

function compareTopic(address: string, before: TopicContract, now: TopicContract | undefined, found: Breach[]): void {
  const breach = (what: string): void => void found.push({ where: address, what });
  if (!now) return breach('the topic is gone');
  if (before.key !== now.key) breach(`the key was ${before.key} and is ${now.key}`);
  if (before.compacted !== now.compacted) breach(`it is ${now.compacted ? 'now' : 'no longer'} compacted`);
  if (before.direction !== now.direction) breach('another side writes it');
  for (const [name, message] of Object.entries(before.messages)) {
    const same = now.messages[name];
    if (!same) breach(`message ${name} is gone`);
    else if (message.type !== same.type) breach(`message ${name} is now of type ${same.type ?? 'none'}`);
    else if (message.payload !== same.payload || message.headers !== same.headers) {
      breach(`message ${name} has another schema`);
    }
  }
}

/**
 * `out`: others read what we write, so whatever they were promised must still hold. `in`: we read what others write, so
 * whatever they were allowed to write must still be taken.
 */
function compareSchemas(where: string, before: Schema, now: Schema, direction: 'out' | 'in', found: Breach[]): void {
  const breach = (what: string, place = where): void => void found.push({ where: place, what });
  const compare = (keyword: string, was: string | undefined, is: string | undefined): void => {
    if (was !== is) breach(`${keyword} was ${was ?? 'not said'} and is ${is ?? 'not said'}`);
  };
  compare('type', typeOf(before), typeOf(now));
  for (const keyword of ['const', 'pattern', 'format', 'minimum', 'minLength'] as const) {
    const [was, is] = [JSON.stringify(before[keyword]), JSON.stringify(now[keyword])];
    // A promise made stricter takes nothing from its reader, a demand dropped nothing from its writer.
    if ((direction === 'out' ? was : is) !== undefined) compare(keyword, was, is);
  }
  compareValues(before, now, direction, breach);
  const [required, demanded] = [new Set(before.required), new Set(now.required)];
  for (const [name, member] of Object.entries(before.properties ?? {})) {
    const place = `${where}: ${name}`;
    const same = now.properties?.[name];
    if (!same) {
      // What we no longer look at, others may go on writing.
      if (direction === 'out') breach('was removed or renamed', place);
      continue;
    }
    if (direction === 'out' && required.has(name) && !demanded.has(name))
      breach('was always there and is optional', place);
    if (direction === 'in' && !required.has(name) && demanded.has(name)) breach('was optional and is required', place);
    compareSchemas(place, member, same, direction, found);
  }
  if (direction === 'in') {
    for (const name of demanded) {
      if (!before.properties?.[name]) breach('is required and was unknown', `${where}: ${name}`);
    }
  }
  if (before.items && now.items) compareSchemas(`${where}[]`, before.items, now.items, direction, found);
  else if (before.items && direction === 'out') breach('says nothing of its elements any more');
}

const typeOf = ({ type, anyOf }: Schema): string | undefined => JSON.stringify(type ?? anyOf);

function compareValues(before: Schema, now: Schema, direction: 'out' | 'in', breach: (what: string) => void): void {
  if (direction === 'out' && before.enum) {
    const more = now.enum?.filter((value) => !before.enum?.includes(value)) ?? ['anything'];
    if (more.length > 0) breach(`may now also be ${more.join(', ')}`);
  }
  if (direction === 'in' && now.enum) {
    const fewer = before.enum?.filter((value) => !now.enum?.includes(value)) ?? ['other values'];
    if (fewer.length > 0) breach(`may no longer be ${fewer.join(', ')}`);
  }
}
