import fc from 'fast-check';
import { describeError, maskMessage } from './describe-error.js';

const thrownBy = (action: () => unknown): unknown => {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('describeError', () => {
  it.each<[string, () => unknown, string]>([
    ['JSON that is broken', () => JSON.parse('{"userName": ana}'), `Unexpected token '…" is not valid JSON`],
    [
      'what is not there',
      () => (undefined as unknown as Record<string, string>)['ana@example.com'],
      "Cannot read properties of undefined (reading '…')",
    ],
  ])('keeps of %s what the engine says', (_title, action, message) => {
    expect(describeError(thrownBy(action))).toMatchObject({ message, stack: expect.stringMatching(/^ +at /) });
  });

  it('tells where, without the message in front of the stack', () => {
    const { type, message, stack } = describeError(new RangeError('ana\n    is 42'));
    expect({ type, message }).toEqual({ type: 'RangeError', message: '…\n    is …' });
    expect(stack).toMatch(/^ +at .*describe-error\.spec/);
    expect(stack).not.toContain('ana');
  });

  it('tells nothing of properties but a code, and goes down the causes', () => {
    const cause = Object.assign(new Error('E11000 duplicate key { userName: "ana" }'), {
      keyValue: 'ana',
      code: 11000,
    });
    const error = Object.assign(new Error('outer ana', { cause }), { errors: [new Error('ana')], code: 'ana' });
    const described = describeError(error);
    expect(JSON.stringify({ ...described, stack: '', cause: { ...described.cause, stack: '' } })).not.toContain('ana"');
    expect(described).toMatchObject({
      cause: { code: 11000, message: '… duplicate key { …" }' },
      errors: [{ message: '…' }],
    });
    expect(described).not.toHaveProperty('code');
    expect(Object.keys(described.cause ?? {}).sort()).toEqual(['code', 'message', 'stack', 'type']);
  });

  it('keeps what the operating system says, and what we wrote for operators', () => {
    const system = Object.assign(new Error("ENOENT: no such file, open '/data/x'"), {
      errno: -2,
      syscall: 'open',
      code: 'ENOENT',
    });
    expect(describeError(system)).toMatchObject({ code: 'ENOENT', message: "ENOENT: no such file, open '/data/x'" });
    const ours = Object.assign(new Error('Could not write to user-acme.1'), { name: 'EventStoreUnavailable' });
    expect(describeError(ours).message).toBe('Could not write to user-acme.1');
  });

  it.each([undefined, null, 'ana', { userName: 'ana' }, 42])('of what is no error (%j) tells the type', (thrown) => {
    expect(describeError(thrown)).toEqual({ type: typeof thrown, message: '' });
  });

  it('ends with causes that go round in a circle', () => {
    const error = new Error('x');
    error.cause = error;
    expect(JSON.stringify(describeError(error)).length).toBeLessThan(20_000);
  });
});

describe('maskMessage', () => {
  it('never lets a word through that it does not know', () => {
    const secret = fc.stringMatching(/^[a-zA-Z0-9@.+_-]{0,10}qzjx[a-zA-Z0-9@.+_-]{0,10}$/);
    const template = fc.constantFrom(
      '# is not a function',
      "reading '#'",
      '{ key: "#" }',
      'Unexpected token #, "#"…',
      '#',
      'x\n#',
    );
    fc.assert(
      fc.property(secret, template, (value, around) => {
        expect(maskMessage(around.replaceAll('#', value))).not.toContain('qzjx');
      }),
    );
  });
});
