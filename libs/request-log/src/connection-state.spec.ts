import type { Call } from './calls/call.js';
import { CallSeries } from './calls/call-series.js';
import type { CauseCode } from './causes/causes.js';
import { FAILING_FROM, stateOf } from './connection-state.js';
import { Contact } from './contact.js';
import type { ContactRecord } from './request-log.documents.js';
import { settleContact } from './contact-record.js';

/** What a connection met, in order: `read` and `change` are successes, the others refusals of one or the other. */
type Met = 'read' | 'change' | ['read' | 'change', CauseCode];

const START = Date.parse('2026-11-22T08:00:00Z');

describe('stateOf', () => {
  const meet = (met: readonly Met[], settleAfterEach = false): ContactRecord => {
    const owner = { hasNews: () => undefined, isFull: () => undefined };
    const about = { tenant: 'acme', bucket: 'acme/c1', connectionId: 'c1' };
    const contact = new Contact('acme', 'c1', {
      successes: undefined,
      refusals: new CallSeries({ ...about, series: 'refusals' }, owner),
      bodies: [],
      refusedBodies: [],
    });
    let record: ContactRecord | undefined;
    met.forEach((one, n) => {
      const [sort, cause] = typeof one === 'string' ? [one] : one;
      const call: Call = {
        kind: cause ? 'refusal' : 'success',
        requestId: String(n),
        method: sort === 'read' ? 'GET' : 'PATCH',
        target: '/scim/v2/acme/Users',
        status: cause ? 400 : 200,
        at: START + n * 1_000,
        tookMs: 0,
        cause,
      };
      contact.came(call.at);
      if (cause) contact.refused(call);
      else contact.succeeded(call);
      if (settleAfterEach) record = settleContact(contact)(record);
    });
    return settleAfterEach && record ? record : settleContact(contact)(undefined);
  };
  const times = (n: number, one: Met): Met[] => Array.from({ length: n }, () => one);
  const wrongType: Met = ['change', 'wrongType'];

  it.each<[string, readonly Met[], string]>([
    ['success', ['read', 'change'], 'active'],
    ['a refusal or two', ['read', wrongType, wrongType], 'active'],
    ['as many refused changes in a row', ['change', ...times(FAILING_FROM, wrongType)], 'failing: wrongType'],
    ['one fewer', ['change', ...times(FAILING_FROM - 1, wrongType)], 'active'],
    ['a change that succeeds between them', [...times(4, wrongType), 'change', ...times(4, wrongType)], 'active'],
    [
      'look-ups that succeed between them',
      times(10, 'read').flatMap((read) => [read, wrongType]),
      'failing: wrongType',
    ],
    ['refused look-ups', times(FAILING_FROM, ['read', 'malformedFilter']), 'failing: malformedFilter'],
    [
      'changes that succeed between those',
      times(9, 'change').flatMap((one) => [one, ['read', 'forbidden'] as Met]),
      'failing: forbidden',
    ],
    ['a success that ends it', [...times(9, wrongType), 'change'], 'active'],
    ['an expired token, at once', ['change', ['read', 'expiredToken']], 'failing: expiredToken'],
    ['which any success ends', [['change', 'expiredToken'], 'read'], 'active'],
    ['a fault of ours', ['change', ['change', 'unavailable']], 'failing: unavailable'],
    ['people who are not there, any number', ['read', ...times(50, ['read', 'unknownResource'])], 'active'],
    [
      'conflicts and limits, any number',
      times(50, ['change', 'staleVersion']).concat(times(50, ['change', 'tooManyRequests'])),
      'active',
    ],
    [
      'neutral refusals between others',
      times(5, wrongType).flatMap((one) => [one, ['change', 'unknownResource'] as Met]),
      'failing: wrongType',
    ],
    ['the cause of the last one', [...times(9, wrongType), ['change', 'missingMapping']], 'failing: missingMapping'],
  ])('%s', (_title, met, expected) => {
    for (const settled of [false, true]) {
      const found = stateOf({ paused: false }, meet(met, settled));
      expect(found.failing ? `${found.state}: ${found.failing.cause}` : found.state).toBe(expected);
    }
  });

  it('tells since when, and how many', () => {
    for (const settled of [false, true]) {
      expect(stateOf({ paused: false }, meet(['change', ...times(7, wrongType)], settled)).failing).toEqual({
        cause: 'wrongType',
        since: '2026-11-22T08:00:01.000Z',
        refusals: 7,
      });
    }
  });

  it('waits until something comes, and says what an admin has made of it first', () => {
    expect(stateOf({ paused: false }, undefined)).toEqual({ state: 'waiting' });
    const failing = meet(times(9, wrongType));
    expect(stateOf({ paused: true }, failing)).toEqual({ state: 'paused' });
    expect(stateOf({ paused: true, deleted: true }, failing)).toEqual({ state: 'deleted' });
  });
});
