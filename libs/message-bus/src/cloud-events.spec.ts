import fc from 'fast-check';
import { type CloudEventInput, decodeCloudEvent, encodeCloudEvent, MalformedCloudEvent } from './cloud-events.js';

const event: CloudEventInput = {
  key: 'acme/u1',
  id: '0198',
  type: 'rollcall.product.view.changed.v1',
  source: '/tenants/acme',
  subject: 'u1',
  time: '2026-01-31T08:15:30.123Z',
  tenant: 'acme',
  revision: 4,
  position: 90_071_992_547_409_930n,
  data: { name: 'Zoë' },
};

describe('CloudEvents', () => {
  it('are written in binary mode: attributes as headers, data as the value', () => {
    expect(encodeCloudEvent(event)).toEqual({
      key: 'acme/u1',
      value: '{"name":"Zoë"}',
      headers: {
        'content-type': 'application/json',
        ce_specversion: '1.0',
        ce_id: '0198',
        ce_type: 'rollcall.product.view.changed.v1',
        ce_source: '/tenants/acme',
        ce_subject: 'u1',
        ce_time: '2026-01-31T08:15:30.123Z',
        ce_tenant: 'acme',
        ce_revision: '4',
        ce_position: '90071992547409930',
      },
    });
  });

  it('are read back as they were written', () => {
    fc.assert(
      fc.property(
        fc.record({
          id: fc.uuid(),
          revision: fc.nat(),
          position: fc.option(fc.bigInt({ min: 0n }), { nil: undefined }),
        }),
        fc.dictionary(fc.string(), fc.string()),
        ({ position, ...attributes }, data) => {
          const { key: _key, position: _position, ...rest } = event;
          const written = { ...rest, ...attributes, ...(position !== undefined && { position }), data };
          expect(decodeCloudEvent(encodeCloudEvent({ key: 'k', ...written }))).toEqual(written);
        },
      ),
    );
  });

  it('take JSON text as it is', () => {
    expect(encodeCloudEvent({ ...event, data: '{"a":1}' }).value).toBe('{"a":1}');
  });

  it('without data are tombstones', () => {
    const message = encodeCloudEvent({ ...event, data: null });
    expect(message.value).toBeNull();
    expect(message.headers).not.toHaveProperty('content-type');
    expect(decodeCloudEvent(message).data).toBeUndefined();
  });

  it.each([
    ['no headers', {}, '{}'],
    ['another version', { ce_specversion: '0.3' }, '{}'],
    ['no id', { ce_id: '' }, '{}'],
    ['a revision that is no number', { ce_revision: 'first' }, '{}'],
    ['a position that is no number', { ce_position: '-1' }, '{}'],
    ['a value that is no JSON', {}, '{"name":"Zoë'],
  ])('are malformed with %s', (why, headers, value) => {
    const good = encodeCloudEvent(event).headers;
    const message = { headers: why === 'no headers' ? {} : { ...good, ...headers }, value };
    expect(() => decodeCloudEvent(message)).toThrow(MalformedCloudEvent);
    expect(() => decodeCloudEvent(message)).not.toThrow(/Zoë/);
  });
});
