import { ScimError } from '../scim-error.js';
import { type Token, Tokenizer } from './tokenizer.js';

const tokensOf = (text: string): Token[] => {
  const tokenizer = new Tokenizer(text);
  const tokens: Token[] = [];
  while (tokenizer.peek().type !== 'end') tokens.push(tokenizer.next());
  return tokens;
};

describe('Tokenizer', () => {
  it('tells words, strings and brackets apart, with or without spaces between', () => {
    expect(tokensOf('emails[type eq"work"].value').map((token) => token.type)).toEqual([
      'word',
      '[',
      'word',
      'word',
      'string',
      ']',
      'word',
    ]);
  });

  it.each([
    [String.raw`"a\"b"`, 'a"b'],
    [String.raw`"\u00e9\\"`, 'é\\'],
    ['"a ] ) and"', 'a ] ) and'],
  ])('decodes %s as JSON (RFC 7159 §7)', (text, value) => {
    expect(tokensOf(text)).toEqual([{ type: 'string', at: 0, value }]);
  });

  it.each(['"open', String.raw`"open\"`, String.raw`"\x"`, '"line\nbreak"', String.raw`"\ud800"`])(
    'refuses %j',
    (text) => {
      expect(() => tokensOf(text)).toThrow(ScimError);
    },
  );
});
