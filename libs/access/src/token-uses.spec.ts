import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CredentialDocument } from '#projections';
import type { ReadModels } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import { TokenUses } from './token-uses.js';

const DAY = 86_400_000;

describe('TokenUses', () => {
  let directory: string;
  let store: ReadModels;
  let now: number;
  let warned: object[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-uses-'));
    store = await openLmdbReadModels({ directory });
    now = Date.parse('2026-06-01T12:00:00.000Z');
    warned = [];
  });
  afterEach(async () => {
    await store[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  const start = async (over = store) => {
    const uses = new TokenUses({ store: over, now: () => now, log: { warn: (about) => void warned.push(about) } });
    await uses.start();
    return uses;
  };
  const credential = (_id: string, issuedAt = '2026-05-01T00:00:00.000Z'): CredentialDocument => ({
    _id,
    tenant: 'acme',
    connectionId: 'c1',
    name: 'first',
    tokenHash: 'ab',
    lastFour: 'wxyz',
    issuedAt,
  });
  const at = (offset: number) => new Date(now + offset).toISOString();

  it('remember the last use of each, across restarts, and nothing of those never used', async () => {
    const uses = await start();
    const use = uses.useOf(credential('k1'));
    for (const offset of [0, 1, 2]) use.came(now + offset);
    uses.useOf(credential('k2'));
    expect(await uses.lastUsed(['k1', 'k2'])).toEqual(new Map([['k1', at(2)]]));
    use.came(now + 3);
    await uses.stop();
    expect(await (await start()).lastUsed(['k1'])).toEqual(new Map([['k1', at(3)]]));
  });

  it('take the later of what two processes, or two loads of one token, have seen', async () => {
    const [one, other] = [await start(), await start()];
    one.useOf(credential('k1')).came(now + 5);
    one.useOf(credential('k1')).came(now + 3);
    await one.flush();
    other.useOf(credential('k1')).came(now + 4);
    expect(await other.lastUsed(['k1'])).toEqual(new Map([['k1', at(5)]]));
  });

  it('lose nothing while the store is away', async () => {
    let away = true;
    const failing = new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (name === 'write' && away) return async () => Promise.reject(new Error('away'));
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      },
    });
    const uses = await start(failing);
    const use = uses.useOf(credential('k1'));
    use.came(now);
    await expect(uses.flush()).rejects.toThrow('away');
    away = false;
    expect(await uses.lastUsed(['k1'])).toEqual(new Map([['k1', at(0)]]));
  });

  it('forget a token that has ended', async () => {
    const uses = await start();
    uses.useOf(credential('k1')).came(now);
    await uses.flush();
    uses.forget('k1');
    expect((await uses.lastUsed(['k1'])).size).toBe(0);
  });

  it('warn of a token in use once a day, however often it comes and the process starts', async () => {
    let uses = await start();
    const old = credential('k1', '2026-01-01T00:00:00.000Z');
    const use = async () => {
      uses.useOf(old).came(now);
      uses.useOf(credential('k2')).came(now);
      await uses.flush();
    };
    for (let n = 0; n < 3; n++) await use();
    await uses.stop();
    uses = await start();
    await use();
    expect(warned).toEqual([
      { tenant: 'acme', connectionId: 'c1', credentialId: 'k1', warnings: ['old'], issuedAt: old.issuedAt },
    ]);
    now += DAY;
    await use();
    await use();
    expect(warned).toHaveLength(2);
  });
});
