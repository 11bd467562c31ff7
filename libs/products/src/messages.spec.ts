import {
  compileProfile,
  deriveView,
  GROUPS_TOPIC,
  messageKey,
  productProfiles,
  productTopic,
  sameMessage,
  topicsFor,
  USERS_TOPIC,
  viewMessage,
  wellness,
} from './index.js';

const view = deriveView(compileProfile(wellness), {
  id: 'u1',
  active: true,
  attributes: { userName: 'ann@acme.test', name: { givenName: 'Ann' } },
});
const message = viewMessage({ tenant: 'acme', userId: 'u1', revision: 4, view });

describe('what leaves for a product', () => {
  it('is the view with its place in the log, as JSON', () => {
    expect(JSON.parse(JSON.stringify(message))).toEqual({
      tenant: 'acme',
      userId: 'u1',
      revision: 4,
      settingsVersion: 0,
      active: true,
      mappingVersion: 0,
      attributes: { email: 'ann@acme.test', first_name: 'Ann' },
      missing: ['last_name'],
      problems: [],
    });
  });

  it('shows a deprovisioned person as deactivated, with the data still there', () => {
    const deleted = viewMessage({ tenant: 'acme', userId: 'u1', revision: 5, view, deleted: true });
    expect(deleted).toMatchObject({ active: false, deleted: true, attributes: { email: 'ann@acme.test' } });
    expect(sameMessage(message, deleted)).toBe(false);
    expect(sameMessage({ ...message, active: false }, deleted)).toBe(false);
  });

  it('is the same again when only the revision or the version of the mapping moved on', () => {
    expect(sameMessage(message, { ...message, revision: 9, mappingVersion: 2 })).toBe(true);
    expect(sameMessage(message, { ...message, attributes: { email: 'x@y' } })).toBe(false);
  });

  it('goes to the topics of the architecture, keyed by tenant and user', () => {
    expect([USERS_TOPIC, GROUPS_TOPIC, productTopic('wellness')]).toEqual([
      'rollcall.users',
      'rollcall.groups',
      'rollcall.product.wellness',
    ]);
    expect(messageKey('acme', 'u1')).toBe('acme/u1');
    expect(topicsFor(productProfiles)).toEqual([
      { name: 'rollcall.users', compacted: false },
      { name: 'rollcall.groups', compacted: false },
      { name: 'rollcall.product.wellness', compacted: true },
      { name: 'rollcall.product.wellness.acks', compacted: true },
      { name: 'rollcall.product.wellness.dead-letter', compacted: false },
      { name: 'rollcall.product.hr-assistant', compacted: true },
      { name: 'rollcall.product.hr-assistant.acks', compacted: true },
      { name: 'rollcall.product.hr-assistant.dead-letter', compacted: false },
      { name: 'rollcall.product.define', compacted: true },
      { name: 'rollcall.product.define.acks', compacted: true },
      { name: 'rollcall.product.define.dead-letter', compacted: false },
      { name: 'rollcall.product.client-settings', compacted: true },
      { name: 'rollcall.product.client-settings.acks', compacted: true },
      { name: 'rollcall.product.client-settings.dead-letter', compacted: false },
      { name: 'rollcall.product.identity-platform', compacted: true },
      { name: 'rollcall.product.identity-platform.acks', compacted: true },
      { name: 'rollcall.product.identity-platform.dead-letter', compacted: false },
    ]);
  });
});
