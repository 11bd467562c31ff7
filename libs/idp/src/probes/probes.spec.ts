import { IDP_PRESETS } from '../find-preset.js';

/** What a preset says its provider does, and what trying a connection out does, are the same. */
describe.each(IDP_PRESETS.map((preset) => [preset.id, preset] as const))('probes of %s', (_id, preset) => {
  const { probes, capabilities, matchingAttributes, connectionTest } = preset;

  it('look for people by every attribute that it can match by, and by no other', () => {
    expect(Object.keys(probes.lookup).sort()).toEqual([...matchingAttributes].sort());
    for (const path of Object.values(probes.lookup)) expect(path).toMatch(/\{(userName|externalId)\}/);
  });

  it('push groups, delete people and read discovery where it does', () => {
    const { pushGroup, changeMembers, deleteUser, discovery } = probes;
    expect([pushGroup !== undefined, changeMembers !== undefined]).toEqual([
      capabilities.groups.length > 0,
      capabilities.groups.length > 0,
    ]);
    expect(deleteUser !== undefined).toBe(capabilities.users.deactivation.includes('delete'));
    for (const endpoint of capabilities.readsDiscovery) {
      const all = [...(discovery ?? []), ...(probes.connectionTest ?? [])];
      expect(all.some(({ path }) => path.startsWith(`/${endpoint}`))).toBe(true);
    }
  });

  it('test the connection with the requests that its admin is told of', () => {
    const sent = (probes.connectionTest ?? []).map(({ method, path }) => `${method} ${decodeURIComponent(path)}`);
    const told = connectionTest.map((text) => text.replaceAll('…', '').replace(/ eq ""/, ' eq "'));
    for (const text of told) {
      const start = text.replaceAll(' ', '+');
      expect(sent.some((one) => one.replaceAll(' ', '+').startsWith(start))).toBe(true);
    }
    expect(sent.length > 0).toBe(connectionTest.length > 0);
  });

  it('change people with the methods that it uses, and with no other', () => {
    const calls = [...probes.updateUser, ...probes.deactivateUser, ...probes.reactivateUser];
    const used = new Set(calls.map(({ method }) => method.toLowerCase()).filter((method) => method !== 'get'));
    for (const method of used) expect(capabilities.users.update).toContain(method);
  });
});
