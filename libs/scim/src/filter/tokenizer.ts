import { ScimError } from '../scim-error.js';

export type Token =
  | { readonly type: '(' | ')' | '[' | ']'; readonly at: number }
  /** A run of other characters: a name, an operator, a number, `true`. */
  | { readonly type: 'word'; readonly at: number; readonly text: string }
  | { readonly type: 'string'; readonly at: number; readonly value: string }
  | { readonly type: 'end'; readonly at: number };

/** Refusal of a filter; `at` is the 0-based index of the character at fault and is told 1-based. */
export function filterFault(at: number, expectation: string, cause?: unknown): ScimError {
  return new ScimError('invalidFilter', `Filter, position ${at + 1}: ${expectation}`, { cause });
}

/** Takes a filter apart from left to right, each character once. */
export class Tokenizer {
  private at = 0;
  private current: Token;

  constructor(private readonly text: string) {
    this.current = this.scan();
  }

  peek(): Token {
    return this.current;
  }

  next(): Token {
    const token = this.current;
    this.current = this.scan();
    return token;
  }

  private scan(): Token {
    while (this.at < this.text.length && isSpace(this.text.charCodeAt(this.at))) this.at++;
    const at = this.at;
    if (at >= this.text.length) return { type: 'end', at };
    const first = this.text.charAt(at);
    switch (first) {
      case '(':
      case ')':
      case '[':
      case ']':
        this.at++;
        return { type: first, at };
      case '"':
        return this.scanString(at);
      default:
        while (this.at < this.text.length && !isBorder(this.text.charCodeAt(this.at))) this.at++;
        return { type: 'word', at, text: this.text.slice(at, this.at) };
    }
  }

  private scanString(start: number): Token {
    for (let end = start + 1; end < this.text.length; end++) {
      const character = this.text.charAt(end);
      if (character === '\\') end++;
      else if (character === '"') {
        this.at = end + 1;
        return { type: 'string', at: start, value: decode(this.text.slice(start, this.at), start) };
      }
    }
    throw filterFault(start, 'this string has no closing quote');
  }
}

/** Escapes are JSON's: RFC 7644 §3.4.2.2 takes compValue from RFC 7159. */
function decode(quoted: string, at: number): string {
  let value: string;
  try {
    value = JSON.parse(quoted) as string;
  } catch (cause) {
    throw filterFault(at, 'this string is not valid JSON; write \\" for a quote and \\\\ for a backslash', cause);
  }
  if (!value.isWellFormed()) throw filterFault(at, 'this string holds half of a surrogate pair');
  return value;
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;

/** White space, `"`, `(`, `)`, `[` and `]` end a word. */
const isBorder = (code: number): boolean =>
  isSpace(code) || code === 0x22 || code === 0x28 || code === 0x29 || code === 0x5b || code === 0x5d;
