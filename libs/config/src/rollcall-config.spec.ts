import { ConfigurationError, loadConfig } from './rollcall-config.js';

describe('loadConfig', () => {
  it('has a default for everything that has one', () => {
    expect(loadConfig({})).toMatchObject({ PORT: 3000, HOST: '127.0.0.1', DATA_DIR: './data', MAX_PAGE_SIZE: 1000 });
    expect(loadConfig({}).ADMIN_KEY).toBeUndefined();
  });

  it('reads what is given, and takes an empty value for none', () => {
    const config = loadConfig({ PORT: '8080', BASE_DOMAIN: 'scim.example.com', ADMIN_KEY: '', HOME: '/root' });
    expect(config).toMatchObject({ PORT: 8080, BASE_DOMAIN: 'scim.example.com' });
    expect(config.ADMIN_KEY).toBeUndefined();
  });

  it.each(['1', '10.0.0.0/8', 'loopback, 192.0.2.7,2001:db8::/32'])('takes TRUSTED_PROXIES=%s', (proxies) => {
    expect(loadConfig({ TRUSTED_PROXIES: proxies }).TRUSTED_PROXIES).toBe(proxies);
  });

  it.each(['all', '10.0.0.0/99', '-1', '1000', '10.0.0.1;10.0.0.2', ','])('refuses TRUSTED_PROXIES=%s', (proxies) => {
    expect(() => loadConfig({ TRUSTED_PROXIES: proxies })).toThrow('TRUSTED_PROXIES must be');
  });

  it('reports all faults at once and no value', () => {
    const faulty = { PORT: '99999', ADMIN_KEY: 'short', LOG_LEVEL: 'loud', WRITE_WAIT_MS: 'soon' };
    let message = '';
    try {
      loadConfig(faulty);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError);
      message = (error as Error).message;
    }
    for (const name of Object.keys(faulty)) expect(message).toContain(name);
    for (const value of ['99999', 'short', 'loud', 'soon']) expect(message).not.toContain(value);
  });
});
