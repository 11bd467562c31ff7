import { EventStoreUnavailable, EventTooLarge } from '#event-store';
import { ReadModelsUnavailable } from '#read-models';
import { refusalIn } from './scim-error.response.js';

describe('what a store that refuses is answered with', () => {
  it.each([
    ['unavailable', new EventStoreUnavailable('no leader'), 5],
    ['unavailable', new ReadModelsUnavailable('no primary'), 5],
    ['payloadTooLarge', new EventTooLarge('2 MiB'), undefined],
  ])('%s: %s', (kind, error, retryAfterSeconds) => {
    const refusal = refusalIn(error);
    expect(refusal?.kind).toBe(kind);
    expect(refusal?.retryAfterSeconds).toBe(retryAfterSeconds);
    // What the store says stays in the log: it names hosts and streams.
    expect(refusal?.detail).not.toContain(error.message);
  });

  it('leaves an unforeseen fault alone', () => {
    expect(refusalIn(new Error('bug'))).toBeUndefined();
  });
});
