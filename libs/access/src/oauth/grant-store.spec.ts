import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Document, ReadModels } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import { hashToken } from '../token.js';
import { ACCESS_TOKENS, CODES, ENDED_GRANTS, REFRESH_TOKENS } from './grant-documents.js';
import { GrantStore, isAccessToken, newAccessToken, newRefreshToken } from './grant-store.js';
import { LIFETIMES } from './lifetimes.js';

const DAY = 86_400_000;

describe('the store of grants', () => {
  let directory: string;
  let store: ReadModels;
  let grants: GrantStore;
  let now: number;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-grants-'));
    store = await openLmdbReadModels({ directory });
    now = 1_000_000 * DAY;
    grants = new GrantStore({ store, now: () => now, log: { warn: () => undefined } });
    await grants.start();
  });
  afterEach(async () => {
    grants.stop();
    await store[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  const granted = (expiresAt: number) =>
    ({
      tenant: 't',
      connectionId: 'c',
      clientId: 'o',
      secretId: 's',
      scopes: ['get:users'],
      grantId: 'g',
      expiresAt,
    }) as const;
  const newTokens = (lifeMs = 3_600_000) => ({
    access: { token: newAccessToken(), document: granted(now + lifeMs) },
    refresh: { token: newRefreshToken(), document: granted(now + lifeMs) },
  });
  const count = async () => {
    const names = [CODES, ACCESS_TOKENS, REFRESH_TOKENS, ENDED_GRANTS].map(({ name }) => name);
    const found = await Promise.all(names.map((name) => store.find<Document>(name, { filter: {} })));
    return found.map(({ length }) => length);
  };

  it('finds tokens by what the client holds, of which it keeps hashes alone', async () => {
    const tokens = newTokens();
    await grants.keepTokens(tokens);
    expect(await grants.accessToken(hashToken(tokens.access.token))).toMatchObject({ clientId: 'o' });
    expect(await grants.refreshToken(tokens.refresh.token)).toMatchObject({ grantId: 'g' });
    expect(await grants.accessToken(tokens.access.token)).toBeUndefined();
    expect(isAccessToken(tokens.access.token)).toBe(true);
    expect(isAccessToken(tokens.refresh.token)).toBe(false);
  });

  it('lets a code be used once, by one of many who come at the same time', async () => {
    await grants.keepCode('code', { ...granted(now + 60_000), redirectUri: 'https://idp.example.com' });
    const document = (await grants.code('code'))!;
    const used = await Promise.all(Array.from({ length: 20 }, () => grants.useCode(document)));
    expect(used.filter(Boolean)).toHaveLength(1);
    expect(await grants.useCode(document)).toBe(false);
  });

  it('ends everything of a grant, and what is written after that too', async () => {
    const [first, late] = [newTokens(), newTokens()];
    await grants.keepTokens(first);
    await grants.endGrant('g');
    await grants.keepTokens(late);
    for (const { access, refresh } of [first, late]) {
      expect(await grants.accessToken(hashToken(access.token))).toBeUndefined();
      expect(await grants.refreshToken(refresh.token)).toBeUndefined();
    }
  });

  it('marks a refresh token as used when it is exchanged, and keeps the first time', async () => {
    const first = newTokens();
    await grants.keepTokens(first);
    const begun = now;
    await grants.keepTokens({ ...newTokens(), exchanged: (await grants.refreshToken(first.refresh.token))! });
    now += 60_000;
    const used = (await grants.refreshToken(first.refresh.token))!;
    expect(used.usedAt).toBe(begun);
    await grants.keepTokens({ ...newTokens(), exchanged: used });
    expect(await grants.refreshToken(first.refresh.token)).toMatchObject({ usedAt: begun });
  });

  it('removes what has expired for a day, however much, and nothing else', async () => {
    for (let n = 0; n < 600; n++) await grants.keepTokens({ access: newTokens().access });
    await grants.keepTokens(newTokens(10 * DAY));
    await grants.keepCode('code', { ...granted(now + 60_000), redirectUri: 'https://idp.example.com' });
    await grants.endGrant('other');
    now += DAY;
    await grants.sweep();
    expect(await count()).toEqual([1, 601, 1, 1]);
    now += 2 * 3_600_000;
    await grants.sweep();
    expect(await count()).toEqual([0, 1, 1, 1]);
    now += (LIFETIMES.refreshToken + LIFETIMES.accessToken) * 1_000 + 2 * DAY;
    await grants.sweep();
    expect(await count()).toEqual([0, 0, 0, 0]);
  });
});
