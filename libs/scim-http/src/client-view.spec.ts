import type { IncomingMessage } from 'node:http';
import { clientViews } from './client-view.js';

const PEER = '10.0.0.2';

/** What the client of a request with these headers is taken to have asked. */
function originFor(
  headers: Record<string, string>,
  {
    trust = '10.0.0.0/8',
    peer = PEER,
    secure = false,
  }: { trust?: string | undefined; peer?: string; secure?: boolean } = {},
): string {
  const request = { headers: { host: 'inner:3000', ...headers }, socket: { remoteAddress: peer, encrypted: secure } };
  const { origin, fault } = clientViews(trust === 'nobody' ? undefined : trust)(request as unknown as IncomingMessage);
  return fault ?? origin;
}

describe('clientViews', () => {
  it.each([
    ['inner:3000', 'http://inner:3000'],
    ['Acme.example.com', 'http://Acme.example.com'],
    ['[2001:db8::1]:8080', 'http://[2001:db8::1]:8080'],
    ['127.0.0.1', 'http://127.0.0.1'],
    ['under_score:1', 'http://under_score:1'],
    ['example.com.:', 'http://example.com.'],
  ])('takes Host "%s" as it is', (host, origin) => {
    expect(originFor({ host })).toBe(origin);
    expect(originFor({ host }, { secure: true })).toBe(origin.replace('http', 'https'));
  });

  it.each([
    'evil"><script>',
    'a b',
    'a/b',
    'a@b',
    'a,b',
    '[::1',
    '::1',
    '[zz]',
    'a:99999',
    'a:b',
    '-a',
    'x'.repeat(300),
  ])('finds fault with Host "%s" (RFC 9110 §7.2)', (host) => {
    expect(originFor({ host })).toBe('Host must be a host name or an IP address, with or without a port.');
  });

  describe('X-Forwarded-…', () => {
    const own = {
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'id.example.com',
    };

    it.each([
      ['nobody', PEER, 'http://inner:3000'],
      ['0', PEER, 'http://inner:3000'],
      ['192.0.2.1', PEER, 'http://inner:3000'],
      ['10.0.0.0/8', '203.0.113.5', 'http://inner:3000'],
      ['10.0.0.0/8', PEER, 'https://id.example.com'],
      ['10.0.0.0/8', `::ffff:${PEER}`, 'https://id.example.com'],
      ['uniquelocal', PEER, 'https://id.example.com'],
      ['192.0.2.1, 10.0.0.2', PEER, 'https://id.example.com'],
      ['2001:db8::/32', '2001:db8::7', 'https://id.example.com'],
      ['1', '203.0.113.5', 'https://id.example.com'],
    ])('trusting %s, from %s: %s', (trust, peer, origin) => {
      expect(originFor(own, { trust, peer })).toBe(origin);
    });

    it.each<[string, Record<string, string>, string]>([
      ['a port', { 'x-forwarded-port': '8443' }, 'https://id.example.com:8443'],
      ['the scheme’s own port', { 'x-forwarded-port': '443' }, 'https://id.example.com'],
      [
        'the other scheme’s port',
        { 'x-forwarded-proto': 'http', 'x-forwarded-port': '443' },
        'http://id.example.com:443',
      ],
      ['a port beside one of the host', { 'x-forwarded-host': 'a:1', 'x-forwarded-port': '2' }, 'https://a:1'],
      [
        'an IPv6 host',
        { 'x-forwarded-host': '[2001:db8::1]', 'x-forwarded-port': '8443' },
        'https://[2001:db8::1]:8443',
      ],
      ['a prefix', { 'x-forwarded-prefix': '/directory/eu/' }, 'https://id.example.com/directory/eu'],
      ['the prefix /', { 'x-forwarded-prefix': '/' }, 'https://id.example.com'],
      ['empty headers', { 'x-forwarded-proto': '', 'x-forwarded-host': '' }, 'http://inner:3000'],
      ['a scheme in capitals', { 'x-forwarded-proto': 'HTTPS' }, 'https://id.example.com'],
    ])('reads %s', (_title, headers, origin) => {
      expect(originFor({ ...own, ...headers })).toBe(origin);
    });

    it.each<[string, Record<string, string>]>([
      ['a host with a path', { 'x-forwarded-host': 'evil.example/x' }],
      ['a host with markup', { 'x-forwarded-host': '"><script>' }],
      ['a user in the host', { 'x-forwarded-host': 'id.example.com@evil.example' }],
      ['another scheme', { 'x-forwarded-proto': 'javascript' }],
      ['a port that is none', { 'x-forwarded-port': '8443/x' }],
      ['a prefix that climbs', { 'x-forwarded-prefix': '/a/../../b' }],
      ['a prefix that is a host', { 'x-forwarded-prefix': '//evil.example' }],
      ['a prefix without a slash', { 'x-forwarded-prefix': '@evil.example' }],
    ])('finds fault with %s', (_title, headers) => {
      expect(originFor({ ...own, ...headers })).toMatch(/ must be /);
      expect(originFor({ ...own, ...headers }, { trust: 'nobody' })).toBe('http://inner:3000');
    });

    it('takes the entry of the outermost trusted proxy, not what the client wrote before it', () => {
      const through = (trust: string) =>
        originFor(
          {
            'x-forwarded-for': '198.51.100.1, 203.0.113.9, 10.0.0.1',
            'x-forwarded-host': 'evil.example, id.example.com, edge.internal',
            'x-forwarded-proto': 'http, https, http',
          },
          { trust },
        );
      expect(through('10.0.0.0/8')).toBe('https://id.example.com');
      expect(through('2')).toBe('https://id.example.com');
      expect(through('1')).toBe('http://edge.internal');
      expect(through('10.0.0.2')).toBe('http://edge.internal');
    });

    it('relies on the nearest entry where the lists do not match', () => {
      const headers = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'evil.example, id.example.com' };
      expect(originFor(headers)).toBe('http://id.example.com');
    });
  });

  describe('Forwarded (RFC 7239)', () => {
    it.each([
      ['for=203.0.113.9;proto=https;host=id.example.com', 'https://id.example.com'],
      ['For="[2001:db8::9]:4711"; Proto=https; Host="id.example.com:8443"', 'https://id.example.com:8443'],
      ['host="[2001:db8::1]:80"', 'http://[2001:db8::1]:80'],
      ['for=_hidden;proto=https', 'https://inner:3000'],
      ['for=203.0.113.9', 'http://inner:3000'],
      ['for=evil;host=evil.example, for=203.0.113.9;host=id.example.com', 'http://id.example.com'],
      [
        'for=evil;host=evil.example, for=203.0.113.9;host=id.example.com, for=10.0.0.1;host=edge',
        'http://id.example.com',
      ],
      ['for=203.0.113.9;proto=https, for="10.0.0.1:99";host=id.example.com', 'https://id.example.com'],
      ['for="a,b;host=evil.example";host=id.example.com', 'http://id.example.com'],
    ])('%s', (forwarded, origin) => {
      expect(originFor({ forwarded })).toBe(origin);
      expect(originFor({ forwarded }, { trust: 'nobody' })).toBe('http://inner:3000');
    });

    it.each(['host="evil.example/x"', 'proto=ftp', 'host="a b"'])('finds fault with %s', (forwarded) => {
      expect(originFor({ forwarded })).toMatch(/ must be /);
    });

    it('refuses the two kinds where they disagree, as one may be the client’s own', () => {
      const forwarded = 'for=203.0.113.9;host=evil.example';
      expect(originFor({ forwarded, 'x-forwarded-host': 'id.example.com' })).toContain('different hosts');
      expect(originFor({ forwarded, 'x-forwarded-for': '203.0.113.9' })).toContain('different hosts');
      const same = { forwarded: 'proto=https;host=a', 'x-forwarded-host': 'a', 'x-forwarded-proto': 'https' };
      expect(originFor(same)).toBe('https://a');
    });
  });

  it('reads headers in a time that grows with their length alone', () => {
    const cpu = process.cpuUsage();
    for (const part of ['/', '/a', ' ', '-', '.', ':', ',', ';', '"', '\\', '[', 'a', 'for=']) {
      const value = `${part.repeat(100_000)}!`;
      for (const name of [
        'host',
        'forwarded',
        ...['for', 'proto', 'host', 'port', 'prefix'].map((one) => `x-forwarded-${one}`),
      ]) {
        originFor({ [name]: value });
      }
    }
    expect(process.cpuUsage(cpu).user / 1_000).toBeLessThan(15_000);
  });

  it('does not mix up requests that come one after another', () => {
    const viewOf = clientViews('10.0.0.0/8');
    const see = (headers: object, peer: string) =>
      viewOf({ headers, socket: { remoteAddress: peer } } as unknown as IncomingMessage).origin;
    expect(see({ host: 'a' }, PEER)).toBe('http://a');
    expect(see({ host: 'a', 'x-forwarded-host': 'b' }, PEER)).toBe('http://b');
    expect(see({ host: 'a', 'x-forwarded-host': 'b' }, '203.0.113.5')).toBe('http://a');
    expect(see({ host: 'c' }, PEER)).toBe('http://c');
    expect(see({}, PEER)).toBe('http://localhost');
  });
});
