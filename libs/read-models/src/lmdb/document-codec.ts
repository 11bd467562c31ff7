import type { Document } from '../read-models.port.js';

/** Texts and objects from this length on are worth standing outside the JSON, characters. */
const LONG = 256;
/** In front of the name of a field whose value stands there as JSON. */
const JSON_MARK = '=';

/**
 * The stored text of a document: its JSON and behind it, on lines of their own, name and value of what is long in it:
 * objects, each on one line, which readers who do not look at them pass over; last the first long text, as it is. JSON
 * has no line breaks of its own, so one ends it. A text that is JSON itself is so neither escaped nor parsed twice.
 * @throws TypeError the document holds what JSON cannot carry
 */
export function encodeDocument(document: Document): string {
  const fields = document as unknown as Readonly<Record<string, unknown>>;
  const short: Record<string, unknown> = { ...fields };
  let objects = '';
  let text = '';
  for (const name in fields) {
    const value = fields[name];
    if (typeof value === 'string') {
      if (value.length < LONG || text !== '' || !isPlainName(name)) continue;
      if (name.startsWith(JSON_MARK) || !value.isWellFormed()) continue;
      text = `\n${name}\n${value}`;
      short[name] = undefined;
    } else if (typeof value === 'object' && value !== null) {
      const json = JSON.stringify(value) as string | undefined;
      if (json === undefined || json.length < LONG || !isPlainName(name)) continue;
      objects += `\n${JSON_MARK}${name}\n${json}`;
      short[name] = undefined;
    }
  }
  return JSON.stringify(short) + objects + text;
}

/** @param fields top-level fields that will be looked at; long ones besides them may be left out. Default all. */
export function decodeDocument(text: string, fields?: readonly string[]): Document {
  let end = text.indexOf('\n');
  if (end < 0) return JSON.parse(text) as Document;
  const document = JSON.parse(text.slice(0, end)) as Record<string, unknown>;
  while (end >= 0) {
    const start = text.indexOf('\n', end + 1);
    const name = text.slice(end + 1, start);
    if (!name.startsWith(JSON_MARK)) {
      document[name] = text.slice(start + 1);
      break;
    }
    end = text.indexOf('\n', start + 1);
    const field = name.slice(JSON_MARK.length);
    if (fields && !fields.includes(field)) continue;
    document[field] = JSON.parse(text.slice(start + 1, end < 0 ? undefined : end));
  }
  return document as unknown as Document;
}

/** Whether the name may stand on a line of its own. */
const isPlainName = (name: string): boolean =>
  name !== '_id' && !name.includes('\n') && name !== '__proto__' && name.isWellFormed();
