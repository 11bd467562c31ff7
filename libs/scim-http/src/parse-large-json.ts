import { Stretch } from '#turns';

/** Characters that are parsed in one go: some tenth of a millisecond of work. */
const PIECE = 16 * 1024;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * What `JSON.parse` makes of a text, with pauses in which others are served: lists that an object has as members
 * (operations of a bulk request, members of a group) are parsed some elements at a time. Only where pieces end is found
 * out here; each is parsed, and so judged, by `JSON.parse`. What does not look as expected is parsed as a whole.
 * @throws SyntaxError as `JSON.parse` does
 */
export async function parseLargeJson(text: string): Promise<unknown> {
  try {
    return await new Pieces(text).parse();
  } catch (error) {
    if (error instanceof Unexpected || error instanceof SyntaxError) return JSON.parse(text);
    throw error;
  }
}

/** Nobody sees it; it need not say where it happened. */
class Unexpected extends Error {
  override readonly name = 'Unexpected';
}

class Pieces {
  private at = 0;
  private readonly stretch = new Stretch();

  constructor(private readonly text: string) {}

  async parse(): Promise<unknown> {
    const members: Record<string, unknown> = {};
    this.expect(OPEN_BRACE);
    do {
      if (this.next() !== QUOTE) throw new Unexpected();
      const name = this.value() as string;
      // Assigned it would be the prototype.
      if (name === '__proto__') throw new Unexpected();
      this.expect(COLON);
      members[name] = this.next() === OPEN_BRACKET ? await this.list() : this.value();
    } while (this.took(COMMA));
    this.expect(CLOSE_BRACE);
    if (!Number.isNaN(this.next())) throw new Unexpected();
    return members;
  }

  private async list(): Promise<unknown[]> {
    const elements: unknown[] = [];
    this.expect(OPEN_BRACKET);
    if (this.took(CLOSE_BRACKET)) return elements;
    for (;;) {
      this.next();
      const start = this.at;
      let end: number;
      let goesOn: boolean;
      do {
        this.next();
        this.skipValue();
        end = this.at;
        goesOn = this.took(COMMA);
      } while (goesOn && end - start < PIECE);
      // One by one: there may be more of them than arguments of a call.
      for (const element of JSON.parse(`[${this.text.slice(start, end)}]`) as unknown[]) elements.push(element);
      if (!goesOn) break;
      if (this.stretch.isOver) await this.stretch.rest();
    }
    this.expect(CLOSE_BRACKET);
    return elements;
  }

  private value(): unknown {
    const start = this.at;
    this.skipValue();
    return JSON.parse(this.text.slice(start, this.at));
  }

  /** Goes to the next character that is no white space. @returns its code, NaN at the end */
  private next(): number {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.at++;
    }
  }

  private took(code: number): boolean {
    if (this.next() !== code) return false;
    this.at++;
    return true;
  }

  private expect(code: number): void {
    if (!this.took(code)) throw new Unexpected();
  }

  private skipValue(): void {
    const start = this.at;
    for (let depth = 0; ; this.at++) {
      switch (this.text.charCodeAt(this.at)) {
        case QUOTE:
          this.skipText();
          break;
        case OPEN_BRACE:
        case OPEN_BRACKET:
          depth++;
          break;
        case CLOSE_BRACE:
        case CLOSE_BRACKET:
          // One that is not ours ends a number or a word.
          if (depth === 0) return this.endAt(start, this.at);
          depth--;
          break;
        case COMMA:
          if (depth === 0) return this.endAt(start, this.at);
          continue;
        default:
          if (Number.isNaN(this.text.charCodeAt(this.at))) throw new Unexpected();
          continue;
      }
      if (depth === 0) return this.endAt(start, this.at + 1);
    }
  }

  private endAt(start: number, end: number): void {
    if (end === start) throw new Unexpected();
    this.at = end;
  }

  /** To the quote that ends the text which begins here. */
  private skipText(): void {
    for (let from = this.at + 1; ;) {
      const quote = this.text.indexOf('"', from);
      if (quote < 0) throw new Unexpected();
      let before = quote;
      while (this.text.charCodeAt(before - 1) === BACKSLASH) before--;
      if ((quote - before) % 2 === 0) {
        this.at = quote;
        return;
      }
      from = quote + 1;
    }
  }
}
