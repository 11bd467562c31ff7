import type { IncomingMessage } from 'node:http';
import { clientAddresses } from './client-address.js';

const request = (headers: Record<string, string>, remoteAddress = '10.0.0.1') =>
  ({ headers, socket: { remoteAddress }, connection: { remoteAddress } }) as unknown as IncomingMessage;

describe('the address of a client', () => {
  it('is that of who is connected, whatever a header says, where no proxy is trusted', () => {
    expect(clientAddresses(undefined)(request({ 'x-forwarded-for': '203.0.113.9' }))).toBe('10.0.0.1');
    expect(clientAddresses('192.0.2.1')(request({ 'x-forwarded-for': '203.0.113.9' }))).toBe('10.0.0.1');
    expect(clientAddresses('192.0.2.1')(request({ forwarded: 'for=203.0.113.9' }))).toBe('10.0.0.1');
  });

  it.each([
    ['1', '203.0.113.9'],
    ['2', '198.51.100.7'],
    ['10.0.0.0/8', '203.0.113.9'],
    ['10.0.0.0/8, 203.0.113.9', '198.51.100.7'],
  ])('is what trusted proxies tell: %s', (trusted, address) => {
    expect(clientAddresses(trusted)(request({ 'x-forwarded-for': '198.51.100.7, 203.0.113.9' }))).toBe(address);
    const forwarded = 'for=198.51.100.7;proto=https, for="203.0.113.9:4711"';
    expect(clientAddresses(trusted)(request({ forwarded }))).toBe(address);
  });

  it('is that of the proxy where it tells nothing', () => {
    expect(clientAddresses('1')(request({}))).toBe('10.0.0.1');
    expect(clientAddresses('1')(request({ forwarded: 'proto=https' }))).toBe('10.0.0.1');
  });
});
