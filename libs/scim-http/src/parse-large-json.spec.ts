import fc from 'fast-check';
import { SteppingClock } from '../../../test/support/stepping-clock.js';
import { parseLargeJson } from './parse-large-json.js';

/** What came of it: the value as text, where the order of members shows, or that it is not JSON. */
async function outcome(parse: () => unknown): Promise<string> {
  try {
    return `value ${JSON.stringify(await parse())}`;
  } catch (error) {
    return `${(error as Error).name} ${(error as Error).message}`;
  }
}

const same = async (text: string): Promise<void> => {
  expect(await outcome(() => parseLargeJson(text))).toBe(await outcome(() => JSON.parse(text)));
};

describe('parseLargeJson', () => {
  it('makes of any JSON what JSON.parse makes of it', () =>
    fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, 1, '\t'), (value, space) =>
        same(JSON.stringify(value, undefined, space)),
      ),
    ));

  it('makes of any broken JSON what JSON.parse makes of it', () => {
    const list = fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 5 });
    const edit = fc.record({
      at: fc.nat(),
      text: fc.constantFrom('', ',', '"', '\\', '[', ']', '{', '}', ':', '1', ' '),
    });
    return fc.assert(
      fc.asyncProperty(list, fc.jsonValue({ maxDepth: 2 }), edit, (Operations, more, { at, text }) => {
        const whole = JSON.stringify({ Operations, more });
        const place = at % whole.length;
        return same(whole.slice(0, place) + text + whole.slice(place + 1));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '{"a":[1,2,],"b":1}',
    '{"a":[,1]}',
    '{"a":[1 2]}',
    '{"a":[1],}',
    '{"a":[1]}}',
    '{"a":[1]} x',
    '{"a":[}',
    '{"a" [1]}',
    '{a:[1]}',
    '{"__proto__":[1],"b":[2]}',
    '{"a":[1],"b":2,"a":[3]}',
    '{"a":["\\\\\\"]","\\\\"]}',
    '{"a":[{"b":"]"},[["["]]]} ',
    '{}',
    ' {"a":[ ]}\n',
    '[1,2]',
    '',
  ])('%s', same);

  it('parses a text of many pieces, and lets others come in between', async () => {
    const text = JSON.stringify({
      schemas: ['x'],
      Operations: Array.from({ length: 20_000 }, (_, n) => ({ n, text: `"${n}\\` })),
    });
    let rounds = 0;
    let parsing = true;
    const others = (): void => {
      rounds++;
      if (parsing) setImmediate(others);
    };
    setImmediate(others);
    using _clock = new SteppingClock(1);
    const parsed = await parseLargeJson(text);
    parsing = false;
    expect(parsed).toEqual(JSON.parse(text));
    expect(rounds).toBeGreaterThan(10);
  });
});
