import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openLmdbMessageBus } from '#message-bus/lmdb';
import type { ReceivedMessage } from '#message-bus';
import { ServerProcess } from '../support/server-process.js';

const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 20);
const WRITERS = 8;
const ADMIN_KEY = 'crash-test-admin-key';

/** What one writer was told has happened to one user. */
interface Acknowledged {
  readonly id: string;
  readonly userName: string;
  /** Number in the last acknowledged title; the one after may or may not have landed. */
  title: number;
  inGroup: boolean;
}

interface Shown {
  readonly id: string;
  readonly userName: string;
  readonly title?: string;
}

class Client {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  async send(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${this.url}/scim/v2/demo${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/scim+json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
  }

  /** Every resource of a type, page by page. */
  async all<T>(endpoint: string): Promise<T[]> {
    const found: T[] = [];
    for (;;) {
      const { status, body } = await this.send('GET', `${endpoint}?startIndex=${found.length + 1}&count=1000`);
      expect(status).toBe(200);
      const page = body['Resources'] as T[];
      found.push(...page);
      if (found.length >= (body['totalResults'] as number) || page.length === 0) return found;
    }
  }
}

/** Creates users, changes their titles and puts them into a group until the server is gone. */
async function write(client: Client, groupId: string, prefix: string, known: Acknowledged[]): Promise<void> {
  try {
    for (let n = 0; ; n++) {
      const userName = `${prefix}-${n}@example.com`;
      const created = await client.send('POST', '/Users', { userName, title: '0', name: { givenName: prefix } });
      expect(created.status).toBe(201);
      const user: Acknowledged = { id: created.body['id'] as string, userName, title: 0, inGroup: false };
      known.push(user);
      for (let title = 1; title <= 3; title++) {
        const Operations = [{ op: 'replace', path: 'title', value: String(title) }];
        expect((await client.send('PATCH', `/Users/${user.id}`, { Operations })).status).toBe(200);
        user.title = title;
      }
      const Operations = [{ op: 'add', path: 'members', value: [{ value: user.id }] }];
      // The group is shown while it is small (RFC 7644 §3.5.2 allows both).
      expect([200, 204]).toContain((await client.send('PATCH', `/Groups/${groupId}`, { Operations })).status);
      user.inGroup = true;
    }
  } catch (error) {
    // The connection breaks when the server dies; anything else is a failure of the test.
    if ((error as Error).name !== 'TypeError') throw error;
  }
}

async function productPeople(url: string, product: string): Promise<Record<string, unknown>[]> {
  const people: Record<string, unknown>[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ tenant: 'demo', limit: '1000', ...(cursor && { cursor }) });
    const response = await fetch(`${url}/${product}/people?${query.toString()}`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    const page = (await response.json()) as { people: Record<string, unknown>[]; nextCursor?: string };
    people.push(...page.people);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return people;
}

/** Everything on a topic, read by a consumer of its own. */
async function messagesOn(dataDir: string, topic: string): Promise<ReceivedMessage[]> {
  await using bus = await openLmdbMessageBus({ directory: join(dataDir, 'message-bus') });
  const [end = 0n] = (await bus.endOffsets(topic)).values();
  const messages: ReceivedMessage[] = [];
  await new Promise<void>((resolve, reject) => {
    if (end === 0n) resolve();
    bus
      .consume({ group: `check-${topic}`, topics: [topic] }, async (batch) => {
        messages.push(...batch);
        if ((messages.at(-1)?.offset ?? -1n) >= end - 1n) resolve();
      })
      .catch(reject);
  });
  return messages;
}

describe('a server killed at random moments under load', () => {
  it(`keeps every acknowledged write, in order and once, through ${ROUNDS} kills`, async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-crash-'));
    const env = { ADMIN_KEY };
    const known: Acknowledged[] = [];
    let token = '';
    let groupId = '';
    for (let round = 0; round < ROUNDS; round++) {
      const server = await ServerProcess.start(dataDir, env);
      token = server.token ?? token;
      const client = new Client(server.url, token);
      if (groupId === '')
        groupId = (await client.send('POST', '/Groups', { displayName: 'Everybody' })).body['id'] as string;
      const writers = Array.from({ length: WRITERS }, (_, writer) =>
        write(client, groupId, `r${round}w${writer}`, known),
      );
      const before = known.length;
      // Not before each kind of write has been acknowledged to somebody.
      while (known.length < before + 2 || !known.slice(before).some(({ inGroup }) => inGroup)) await pause(1);
      // The moment of the kill is what this test varies; there is no event to wait for.
      await pause(Math.random() * 300);
      await server.kill();
      await Promise.all(writers);
    }
    expect(known.length).toBeGreaterThan(ROUNDS);

    const server = await ServerProcess.start(dataDir, env);
    const client = new Client(server.url, token);
    const shown = new Map((await client.all<Shown>('/Users')).map((user) => [user.id, user]));
    const userNames = [...shown.values()].map(({ userName }) => userName);
    expect(new Set(userNames).size).toBe(userNames.length);
    for (const { id, userName, title } of known) {
      const user = shown.get(id);
      expect(user?.userName).toBe(userName);
      expect([title, title + 1]).toContain(Number(user?.title));
    }
    const group = await client.send('GET', `/Groups/${groupId}`);
    const members = new Set((group.body['members'] as { value: string }[]).map(({ value }) => value));
    for (const { id, inGroup } of known) if (inGroup) expect(members).toContain(id);

    // Both products come to the same people as SCIM shows, once each, with the newest title.
    for (const [product, idKey] of [
      ['wellness', 'user_id'],
      ['hr-assistant', 'employee'],
    ] as const) {
      await eventually(async () => {
        const people = await productPeople(server.url, product);
        expect(people.map((person) => person[idKey]).sort()).toEqual([...shown.keys()].sort());
        for (const person of people) {
          expect(person['job_title']).toBe(shown.get(person[idKey] as string)?.title);
        }
      });
    }
    expect(await server.stop()).toBe(0);

    // What a consumer sees once it drops repetitions is each person's history, in order, without a hole.
    const revisions = new Map<string, number>();
    for (const { key, headers } of await messagesOn(dataDir, 'rollcall.users')) {
      const revision = Number(headers['ce_revision']);
      const last = revisions.get(key) ?? -1;
      if (revision <= last) continue;
      expect(revision).toBe(last + 1);
      revisions.set(key, revision);
    }
    for (const { id, title } of known) expect(revisions.get(`demo/${id}`)).toBeGreaterThanOrEqual(title);
    await rm(dataDir, { recursive: true, force: true });
  });
});

/** Repeats until it holds: products follow in their own time. */
async function eventually(holds: () => Promise<void>): Promise<void> {
  for (const until = performance.now() + 120_000; ; await pause(50)) {
    try {
      return await holds();
    } catch (error) {
      if (performance.now() > until) throw error;
    }
  }
}
