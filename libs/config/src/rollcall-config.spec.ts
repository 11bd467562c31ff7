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
