import { readParameters, readQuery } from './parameters.js';

describe('parameters of OAuth', () => {
  it('without a value are left out, and unknown ones kept (RFC 6749 §3.1)', () => {
    expect({ ...readParameters('a=1&b=&c&d=x%20y') }).toEqual({ a: '1', d: 'x y' });
  });

  it('come once (RFC 6749 §3.1), but for the scope, and for what says the same twice', () => {
    expect({ ...readParameters('scope=a&scope=b&x=1&x=1') }).toEqual({ scope: 'a b', x: '1' });
    expect(() => readParameters('client_id=a&client_id=b')).toThrow('"client_id" comes twice');
  });

  it('are no members of every object', () => {
    expect(readParameters('')['constructor']).toBeUndefined();
    expect(readParameters('__proto__=x')['toString']).toBeUndefined();
  });

  it('are found behind a second question mark, where they are not before it', () => {
    const behind = readQuery('scope=offline_access?response_type=code&client_id=c');
    expect({ ...behind }).toEqual({ scope: 'offline_access', response_type: 'code', client_id: 'c' });
    const state = 'state=a?b&response_type=code&client_id=c';
    expect(readQuery(state)['state']).toBe('a?b');
  });

  it('are not endless', () => {
    expect(() => readParameters('x'.repeat(9_000))).toThrow('More than');
  });
});
