import type { Document } from '../read-models.port.js';

/** Texts from this length on are worth standing outside the JSON, characters. */
const LONG_TEXT = 256;

/**
 * The stored text of a document: its JSON and, on lines of their own, the name and value of its first long top-level
 * text. JSON has no line breaks of its own, so the first one ends it. A text that is JSON itself is so neither escaped
 * nor parsed a second time.
 * @throws TypeError the document holds what JSON cannot carry
 */
export function encodeDocument(document: Document): string {
  const fields = document as unknown as Readonly<Record<string, unknown>>;
  for (const name in fields) {
    const value = fields[name];
    if (typeof value !== 'string' || value.length < LONG_TEXT || name === '_id' || !isPlain(name, value)) continue;
    return `${JSON.stringify({ ...fields, [name]: undefined })}\n${name}\n${value}`;
  }
  return JSON.stringify(document);
}

export function decodeDocument(text: string): Document {
  const end = text.indexOf('\n');
  if (end < 0) return JSON.parse(text) as Document;
  const document = JSON.parse(text.slice(0, end)) as Record<string, unknown>;
  const start = text.indexOf('\n', end + 1);
  document[text.slice(end + 1, start)] = text.slice(start + 1);
  return document as unknown as Document;
}

/** Whether both survive as bytes: half a surrogate pair would not. */
function isPlain(name: string, value: string): boolean {
  return !name.includes('\n') && name !== '__proto__' && name.isWellFormed() && value.isWellFormed();
}
