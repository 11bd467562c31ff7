import { loadConfig } from '#config';
import { isReadableOnTheWay } from './listen.js';

describe('isReadableOnTheWay', () => {
  it.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ HOST: 'localhost' }, false],
    [{ HOST: '127.0.1.1' }, false],
    [{ HOST: '::1' }, false],
    [{ HOST: '0.0.0.0' }, true],
    [{ HOST: '::' }, true],
    [{ HOST: '10.0.0.7' }, true],
    [{ HOST: '127.example.com' }, true],
    [{ HOST: '0.0.0.0', TRUSTED_PROXIES: '1' }, false],
    [{ HOST: '0.0.0.0', PUBLIC_URL: 'https://scim.example.com' }, false],
    [{ HOST: '0.0.0.0', PUBLIC_URL: 'http://scim.example.com' }, true],
  ])('%j: %s', (env, expected) => {
    expect(isReadableOnTheWay(loadConfig(env))).toBe(expected);
  });
});
