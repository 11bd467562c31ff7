/** Text as a regular expression that matches just it, in JavaScript as in PCRE. U+0000 would end a pattern in BSON. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('\u0000', '\\x00');
}
