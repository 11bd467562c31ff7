import { type Check, faultsIn } from './judges.js';
import { WRONG_CHECKS } from './wrong-checks.js';

const passed: Check[] = [
  { judge: 'scim2-tester', name: 'object_creation User', outcome: 'passed', message: '' },
  { judge: 'scim-sanity', name: 'POST /Users', outcome: 'passed', message: '' },
];
const wrong: Check[] = WRONG_CHECKS.map(({ judge, name, complaint }) => ({
  judge,
  name,
  outcome: 'failed',
  message: complaint,
}));

describe('faultsIn', () => {
  it('finds none where all passed but the checks known to be wrong', () => {
    expect(faultsIn([...passed, ...wrong])).toEqual([]);
  });

  it('tells of every other failure', () => {
    const failed: Check = { judge: 'scim-sanity', name: 'GET /Users', outcome: 'failed', message: 'no' };
    expect(faultsIn([...passed, ...wrong, failed])).toEqual(['scim-sanity: GET /Users failed: no']);
  });

  it('tells of another complaint under the name of a wrong check', () => {
    const other = { ...wrong[0]!, message: 'Expected 200, got 500' };
    expect(faultsIn([...passed, ...wrong.slice(1), other])).toHaveLength(2);
  });

  it('tells of a wrong check that complains no longer', () => {
    expect(faultsIn(passed)).toHaveLength(WRONG_CHECKS.length);
  });

  it('does not take silence for consent', () => {
    expect(faultsIn([...passed.slice(1), ...wrong])).toEqual(['scim2-tester: nothing passed; did it run?']);
  });

  it('lets a judge skip what no server offers, and nothing else', () => {
    const skip = (name: string): Check => ({ judge: 'scim-sanity', name, outcome: 'skipped', message: '' });
    expect(faultsIn([...passed, ...wrong, skip('Agent CRUD Lifecycle')])).toEqual([]);
    expect(faultsIn([...passed, ...wrong, skip('Group CRUD Lifecycle')])).toHaveLength(1);
  });
});
