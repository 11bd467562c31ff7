import type { RecordedEvent } from '#event-store';
import type { Message } from '#message-bus';
import type { ViewMessage } from '#products';
import { LARGEST_VALUE, OMITTED } from './message-size.js';
import { canonicalChange, viewChanged } from './relay-messages.js';

const cause = { id: 'e1', time: '2026-01-01T00:00:00.000Z', position: 7n };
const view = (attributes: ViewMessage['attributes']): ViewMessage => ({
  ...{ tenant: 'acme', userId: 'u1', revision: 3, active: false, mappingVersion: 0, settingsVersion: 0 },
  ...{ attributes, missing: [], problems: [] },
});
const bytes = ({ value }: Message): number => Buffer.byteLength(value ?? '');
const MEBI = 1024 * 1024;

describe('a message that no broker would take', () => {
  it('blocks a leaver all the same: the largest attributes go, and are problems', () => {
    const attributes = { email: 'a@x.io', title: 'é'.repeat(2 * MEBI), bio: 'x'.repeat(5 * MEBI), nick: 'A' };
    const message = viewChanged(cause, view(attributes));
    expect(bytes(message)).toBeLessThanOrEqual(LARGEST_VALUE);
    expect(JSON.parse(message.value ?? '')).toEqual({
      ...view({ email: 'a@x.io', title: attributes.title, nick: 'A' }),
      problems: [{ key: 'bio', path: 'bio', problem: expect.stringContaining('too large') }],
    });
  });

  it('is left as it is where it fits, whatever its characters take', () => {
    const fitting = view({ title: 'é'.repeat(3 * MEBI) });
    expect(JSON.parse(viewChanged(cause, fitting).value ?? '')).toEqual(fitting);
  });

  it.each([
    ['resource', 'UserProvisioned'],
    ['changes', 'UserUpdated'],
  ])('tells of a change without its largest %s', (part, type) => {
    // prettier-ignore
    const data = { [part]: { title: 'x'.repeat(8 * MEBI), nickName: 'A' } };
    for (const dataJson of [undefined, JSON.stringify(data)]) {
      const event = {
        ...{ id: 'e1', type, data, dataJson, revision: 3, position: 7n, stream: 'user-acme.u1' },
        metadata: { occurredAt: cause.time, correlationId: 'r' },
      } as unknown as RecordedEvent;
      const message = canonicalChange(event, {
        tenant: 'acme',
        id: 'u1',
        type: 'rollcall.user.updated.v1',
        isUser: true,
      });
      expect(bytes(message)).toBeLessThanOrEqual(LARGEST_VALUE);
      expect(JSON.parse(message.value ?? '')).toMatchObject({ userId: 'u1', data: { [part]: { nickName: 'A' } } });
      expect(message.headers[OMITTED]).toBe('title');
    }
  });
});
