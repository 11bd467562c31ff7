import { converterFor, Unfit, type Converted } from './convert-value.js';
import type { KeyType } from './product-profile.js';
import type { JsonValue } from '#scim';

const BAD = 'bad';
const shown = (converted: Converted): unknown => (converted instanceof Unfit ? BAD : converted);

const cases: [KeyType, JsonValue, unknown][] = [
  ['string', '  a b  ', 'a b'],
  ['string', '\u00a0', undefined],
  ['string', null, undefined],
  ['string', { value: 'a' }, 'a'],
  ['string', {}, undefined],
  ['string', 1, BAD],
  ['string', true, BAD],
  ['string', ['a'], BAD],
  ['email', ' Ann@Acme.test ', 'Ann@Acme.test'],
  ['email', 'ann', BAD],
  ['email', 'a b@c', BAD],
  ['email', '@c', BAD],
  ['phone', 'tel:+49-89', '+49-89'],
  ['phone', 4989, '4989'],
  ['phone', 'hotel:1', 'hotel:1'],
  ['date', '2024-02-29', '2024-02-29'],
  ['date', '2100-02-29', BAD],
  ['date', '2000-02-29', '2000-02-29'],
  ['date', '2024-04-31', BAD],
  ['date', '2024-13-01', BAD],
  ['date', '2024-00-10', BAD],
  ['date', '2024-01-00', BAD],
  ['date', '2024-01-31T23:59:59.999-12:00', '2024-01-31'],
  ['date', '2024-01-31 08:00', '2024-01-31'],
  ['date', '2024-1-31', BAD],
  ['date', '01/31/2024', BAD],
  ['date', '20240131', BAD],
  ['date', '2024-01-31x', BAD],
  ['date', 1706659200, BAD],
  ['date', '', undefined],
  ['decimal', '00012.3400', '00012.3400'],
  ['decimal', '-.5', '-.5'],
  ['decimal', '99999999999999999999.99', '99999999999999999999.99'],
  ['decimal', 0.1, '0.1'],
  ['decimal', 1e21, '1000000000000000000000'],
  ['decimal', -1.5e-7, '-0.00000015'],
  ['decimal', 1.25e-7, '0.000000125'],
  ['decimal', '1e5', BAD],
  ['decimal', '1,000', BAD],
  ['decimal', true, BAD],
  ['boolean', true, true],
  ['boolean', 'False', false],
  ['boolean', 'yes', BAD],
  ['boolean', 1, BAD],
  ['boolean', '', undefined],
  ['address', [1], BAD],
  ['address', { Locality: 'Rome', type: 'work' }, { locality: 'Rome' }],
  ['address', { type: 'work', primary: true }, undefined],
  ['address', { value: 'Main St 1' }, { formatted: 'Main St 1' }],
  ['address', { locality: ['x'] }, undefined],
  ['stringList', ['a', ' ', { value: 'b' }], ['a', 'b']],
  ['stringList', 'a', ['a']],
  ['stringList', [], undefined],
  ['stringList', ['a', 1], BAD],
  ['stringOrList', 'a', 'a'],
  ['stringOrList', ['a'], ['a']],
  ['stringOrList', [['a']], BAD],
  ['object', { a: 1 }, { a: 1 }],
  ['object', {}, undefined],
  ['object', [1], BAD],
];

describe('the conversion of a value', () => {
  it.each(cases)('%s %j → %j', (type, value, expected) => {
    expect(shown(converterFor(type)(value))).toEqual(expected);
  });

  it('takes literals only where the key says so', () => {
    expect(converterFor('string', ['number'])(7)).toBe('7');
    expect(shown(converterFor('string', ['number'])(true))).toBe(BAD);
    expect(converterFor('string', ['boolean'])(false)).toBe('false');
    expect(shown(converterFor('string', ['boolean'])(7))).toBe(BAD);
  });
});
