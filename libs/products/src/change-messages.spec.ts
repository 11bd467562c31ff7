import { parseGroupChange, parseUserChange } from './index.js';

const head = {
  tenant: 'acme',
  revision: 2,
  occurredAt: '2026-01-31T08:15:30.123Z',
  correlationId: 'r1',
};
const user = { ...head, userId: 'u1', type: 'UserUpdated', data: { changes: { title: 'Nurse' } } };
const group = { ...head, groupId: 'g1', type: 'GroupDeleted', data: { reason: 'deleted' } };

describe('canonical changes, as a consumer reads them', () => {
  it('are told apart by their type', () => {
    const change = parseUserChange(user);
    expect(change.type === 'UserUpdated' && change.data.changes).toEqual({ title: 'Nurse' });
    expect(parseGroupChange(group)).toBe(group);
  });

  it.each([
    ['userId', { ...user, userId: '' }],
    ['revision', { ...user, revision: '2' }],
    ['type', { ...user, type: 'UserNameClaimFenced' }],
    ['type', { ...user, type: 'constructor' }],
    ['userId', group],
    ['data', { ...user, data: null }],
  ])('are refused where %s is not as it should be', (field, message) => {
    expect(() => parseUserChange(message)).toThrow(new TypeError(`${field} is missing or of another type`));
  });

  it('are objects', () => {
    for (const none of [null, 7, undefined]) expect(() => parseGroupChange(none)).toThrow('a change is a JSON object');
  });
});
