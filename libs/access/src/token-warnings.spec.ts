import { tokenWarnings } from './token-warnings.js';

describe('warnings of tokens', () => {
  const now = Date.parse('2026-06-01T00:00:00.000Z');
  const token = { issuedAt: '2026-05-01T00:00:00.000Z' };
  const codes = (more: object) => tokenWarnings({ ...token, ...more }, now).map(({ code }) => code);

  it.each<[string, object, string[]]>([
    ['young, without an end', {}, []],
    ['ends in 15 days', { expiresAt: '2026-06-15T00:00:00.001Z' }, []],
    ['ends in 14 days', { expiresAt: '2026-06-15T00:00:00.000Z' }, ['expiresSoon']],
    ['has ended', { expiresAt: '2026-06-01T00:00:00.000Z' }, ['expired']],
    ['89 days old', { issuedAt: '2026-03-03T00:00:00.001Z' }, []],
    ['90 days old (002)', { issuedAt: '2026-03-03T00:00:00.000Z' }, ['old']],
    [
      'old and ends',
      { issuedAt: '2026-01-01T00:00:00.000Z', expiresAt: '2026-06-02T00:00:00.000Z' },
      ['expiresSoon', 'old'],
    ],
    [
      'old and in its grace',
      { issuedAt: '2026-01-01T00:00:00.000Z', expiresAt: '2026-06-02T00:00:00.000Z', replacedBy: 'k2' },
      ['expiresSoon'],
    ],
  ])('one that is %s', (_title, more, expected) => {
    expect(codes(more)).toEqual(expected);
  });

  it('name the successor of one in its grace', () => {
    const [warning] = tokenWarnings({ ...token, expiresAt: '2026-06-02T00:00:00.000Z', replacedBy: 'k2' }, now);
    expect(warning?.detail).toContain('k2');
  });
});
