import fc from 'fast-check';
import { Attempts } from './attempts.js';

describe('attempts at a password', () => {
  const guess = async (attempts: Attempts, account: string, address: string, times: number): Promise<number[]> => {
    const waits: number[] = [];
    for (let n = 0; n < times; n++) waits.push(await attempts.take({ account, address }));
    return waits;
  };
  const granted = (waits: readonly number[]): number => waits.filter((wait) => wait === 0).length;

  it('of one account from one address are ten, and then wait for five minutes', async () => {
    const attempts = new Attempts();
    const waits = await guess(attempts, 'a', 'here', 12);
    expect(granted(waits)).toBe(10);
    expect(waits.at(-1)).toBe(300);
    expect(await attempts.take({ account: 'a', address: 'there' })).toBe(0);
    expect(await attempts.take({ account: 'b', address: 'here' })).toBe(0);
  });

  it('that come at once do not get past, and right ones are not counted', async () => {
    const attempts = new Attempts();
    const of = { account: 'a', address: 'here' };
    for (let n = 0; n < 30; n++) {
      expect(await attempts.take(of)).toBe(0);
      await attempts.giveBack(of);
    }
    expect(granted(await Promise.all(Array.from({ length: 50 }, () => attempts.take(of))))).toBe(10);
  });

  it('are fewer from an address that got many accounts wrong, and for an account that many got wrong', async () => {
    const attempts = new Attempts();
    for (const account of ['a', 'b', 'c', 'd']) await guess(attempts, account, 'here', 5);
    expect(granted(await guess(attempts, 'e', 'here', 10))).toBe(3);
    for (let n = 0; n < 50; n++) await guess(attempts, 'x', `botnet-${n}`, 2);
    expect(granted(await guess(attempts, 'x', 'botnet-new', 10))).toBe(3);
    expect(granted(await guess(attempts, 'y', 'elsewhere', 20))).toBe(10);
  });

  it('are left to whoever comes from where nobody has guessed at the account, whatever others do', async () => {
    const strangers = fc.record({ account: fc.constantFrom('a', 'b'), address: fc.integer({ min: 0, max: 30 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(strangers, { maxLength: 400, size: 'max' }), async (guesses) => {
        const attempts = new Attempts();
        for (const { account, address } of guesses) await attempts.take({ account, address: `${address}` });
        for (const address of ['home', ...(guesses.some((each) => each.account === 'a') ? [] : ['0'])]) {
          expect(await attempts.take({ account: 'a', address })).toBe(0);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('attempts at client secrets', () => {
  it('are answered as wrong twenty times from an address, and then told to wait', async () => {
    const attempts = new Attempts();
    const waits: number[] = [];
    for (let n = 0; n < 22; n++) waits.push(await attempts.clientFailed('egress'));
    expect(waits.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 0));
    for (const wait of waits.slice(20)) expect(wait).toBeGreaterThan(0);
    expect(await attempts.clientFailed('other')).toBe(0);
  });

  it('take no work from then on but once in five seconds for each client', async () => {
    const attempts = new Attempts();
    for (let n = 0; n < 5; n++) expect(await attempts.takeWork('c1', 'egress')).toBe(0);
    for (let n = 0; n < 20; n++) await attempts.clientFailed('egress');
    expect(await attempts.takeWork('c1', 'egress')).toBe(0);
    const wait = await attempts.takeWork('c1', 'egress');
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(5);
    expect(await attempts.takeWork('c2', 'egress')).toBe(0);
    expect(await attempts.takeWork('c1', 'other')).toBe(0);
  });

  it('leave those at passwords alone', async () => {
    const attempts = new Attempts();
    for (let n = 0; n < 200; n++) await attempts.clientFailed('egress');
    for (let n = 0; n < 10; n++) expect(await attempts.take({ account: 'a', address: 'egress' })).toBe(0);
  });
});
