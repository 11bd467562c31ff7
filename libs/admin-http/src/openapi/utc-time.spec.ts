import { isUtc, toUtc } from './utc-time.js';

describe('a date and time of a request', () => {
  it.each([
    ['2027-01-31T08:00:00Z', '2027-01-31T08:00:00.000Z'],
    ['2027-01-31T08:00:00.1234Z', '2027-01-31T08:00:00.123Z'],
    ['2027-01-31T08:00:00,5Z', '2027-01-31T08:00:00.500Z'],
    ['2027-01-31T08:00:00+01:00', '2027-01-31T07:00:00.000Z'],
    ['2027-01-31T08:00:00+0130', '2027-01-31T06:30:00.000Z'],
    ['2027-01-31T08:00-05', '2027-01-31T13:00:00.000Z'],
  ])('%s is %s', (text, utc) => {
    expect(toUtc(text)).toBe(utc);
    expect(isUtc(toUtc(text))).toBe(true);
  });

  it.each([
    ['2027-01-31T08:00:00', '2027-01-31T08:00:00.000Z'],
    ['2027-01-31T08:00', '2027-01-31T08:00:00.000Z'],
    ['2027-01-31 08:00', '2027-01-31T08:00:00.000Z'],
    ['2027-01-31', '2027-01-31T00:00:00.000Z'],
  ])('without a zone it is UTC, wherever the process runs: %s', (text, utc) => {
    expect(toUtc(text)).toBe(utc);
  });

  it.each([
    '20270131T080000Z',
    '2027-W05-1',
    '2027-031',
    '2027-02-30T08:00:00Z',
    '2027-01-31T08:00:60Z',
    '+102027-01-31T08:00:00Z',
    '2027-01-31T08:00:00 01:00',
    'tomorrow',
    '',
    1_800_000_000,
    null,
    undefined,
  ])('%p is none', (value) => {
    expect(toUtc(value)).toBe(value);
    expect(isUtc(value)).toBe(false);
  });
});
