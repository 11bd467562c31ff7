import { randomUUID } from 'node:crypto';
import type { Answer } from '../http-client.js';
import type { TestGateway } from '../start-gateway.js';
import { ENTERPRISE, type TenantClient, USER } from '../tenant-client.js';

/** What stands in values that nobody outside their tenant may ever be answered. */
export const UNDISCLOSED = 'Undisclosed';

/** A tenant as far as somebody elsewhere could name something of it. */
export interface Place {
  readonly slug: string;
  readonly token: string;
  readonly connectionId: string;
  readonly tokenId: string;
  /** Of an OAuth client; made where a case is about one, see {@link withOAuthClient}. */
  readonly oauthClientId: string;
  /** Of a mass departure that was held; made where a case is about one, see {@link withHold}. */
  readonly holdId: string;
  /** An admin of this tenant alone. */
  readonly adminId: string;
  /** Of the request that made the user. */
  readonly requestId: string;
  readonly userId: string;
  /** Another user, who manages the first. */
  readonly managerId: string;
  readonly userName: string;
  readonly externalId: string;
  readonly email: string;
  readonly groupId: string;
  readonly groupName: string;
  /** A URN that only this tenant's people carry. */
  readonly schema: string;
  /** Version of the user. */
  readonly etag: string;
  /** Of the first page of each list, two resources being there. */
  readonly cursors: Readonly<Record<'everything' | 'Users' | 'Groups', string>>;
}

/**
 * Fills a tenant with people, and names what it came to. The slug is part of all that is text.
 * @param word stands in every value that no request of elsewhere can name
 */
export async function placeOf(tenant: TenantClient, word = 'Home'): Promise<Place> {
  const { gateway, slug, token, ids } = tenant;
  const schema = `urn:example:params:scim:schemas:${slug}:User`;
  const named = { userName: `ana@${slug}.example`, externalId: `hr-${slug}`, email: `ana.work@${slug}.example` };
  const groupName = `Staff of ${slug}`;
  const { id: managerId } = await tenant.createUser(`bo@${slug}.example`);
  const created = await tenant.scim('POST', '/Users', {
    schemas: [USER, ENTERPRISE, schema],
    userName: named.userName,
    externalId: named.externalId,
    name: { givenName: word, familyName: word },
    title: word,
    emails: [{ value: named.email, type: 'work', primary: true }],
    [ENTERPRISE]: { department: word, manager: { value: managerId } },
    [schema]: { grade: word },
  });
  if (created.status !== 201) throw new Error(`${created.status} ${created.text}`);
  const userId = (created.body as { id: string }).id;
  const { id: groupId } = await tenant.createGroup(groupName, [userId, managerId]);
  await tenant.createGroup(`More ${groupName}`);
  const cursorOf = async (path: string) => {
    const { body } = await tenant.get(`${path}?cursor=&count=1`);
    return (body as { nextCursor: string }).nextCursor;
  };
  await gateway.admin('PATCH', `/tenants/${slug}`, { name: word });
  const admin = await gateway.admin('POST', '/admins', { name: word, role: 'tenant-admin', tenants: [slug] });
  const log = await gateway.admin(
    'GET',
    `/tenants/${slug}/connections/${ids.connectionId}/requests?resource=${userId}`,
  );
  const [made] = (log.body as { requests: { requestId: string; status: number }[] }).requests.slice(-1);
  if (made?.status !== 201) throw new Error(`no record of a create: ${log.text}`);
  return {
    slug,
    token,
    requestId: made.requestId,
    ...ids,
    oauthClientId: randomUUID(),
    holdId: randomUUID(),
    adminId: (admin.body as { id: string }).id,
    userId,
    managerId: String(managerId),
    ...named,
    groupId: String(groupId),
    groupName,
    schema,
    etag: String(created.headers.etag),
    cursors: {
      everything: await cursorOf(''),
      Users: await cursorOf('/Users'),
      Groups: await cursorOf('/Groups'),
    },
  };
}

/** The place with an OAuth client, called `word`; hashing its secrets takes a while. */
export async function withOAuthClient<At extends Place>(gateway: TestGateway, place: At, word = 'Home'): Promise<At> {
  const path = `/tenants/${place.slug}/connections/${place.connectionId}/oauth-clients`;
  const { body } = await gateway.admin('POST', path, { name: word });
  return { ...place, oauthClientId: (body as { clientId: string }).clientId };
}

/** The place with a mass departure that products were not told about. */
export async function withHold<At extends Place>(gateway: TestGateway, place: At): Promise<At> {
  const path = `/tenants/${place.slug}`;
  await gateway.admin('PATCH', `${path}/settings`, { guardLeastPeople: 2, guardPercent: 1 });
  const headers = { authorization: `Bearer ${place.token}`, 'content-type': 'application/scim+json' };
  const target = `/scim/v2/${place.slug}/Users`;
  for (const userName of ['leaver1', 'leaver2']) {
    const body = JSON.stringify({ schemas: [USER], userName });
    const { id } = (await gateway.http.send({ method: 'POST', target, headers, body })).body as { id: string };
    await gateway.http.send({ method: 'DELETE', target: `${target}/${id}`, headers });
  }
  for (;;) {
    const { body } = await gateway.admin('GET', `${path}/holds`);
    const [hold] = (body as { holds: { id: string }[] }).holds;
    if (hold) return { ...place, holdId: hold.id };
  }
}

/** A place of the same form, letter by letter, of which there is nothing. */
export function nowhereLike(place: Place, slug: string): Place {
  if (slug.length !== place.slug.length) throw new Error('a twin is as long as what it is a twin of');
  const twin = (text: string): string =>
    text.includes(place.slug) ? text.replaceAll(place.slug, slug) : text.replace(/.(?=.{3}$)/, nextLetter);
  const { cursors } = place;
  const texts = Object.entries(place).map(([name, value]) => [name, typeof value === 'string' ? twin(value) : value]);
  return {
    ...(Object.fromEntries(texts) as Place),
    etag: place.etag,
    cursors: {
      everything: twin(cursors.everything),
      Users: twin(cursors.Users),
      Groups: twin(cursors.Groups),
    },
  };
}

/** Stays within hexadecimal digits where it was one. */
const nextLetter = (letter: string): string => {
  const ring = ['0123456789', 'abcdef', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'ghijklmnopqrstuvwxyz'].find((one) =>
    one.includes(letter),
  );
  return ring?.[(ring.indexOf(letter) + 1) % ring.length] ?? letter;
};

/**
 * Everything of an answer that its receiver can see, with names for what differs between the places it was asked about and
 * at, and without what is new with every request.
 */
export function visible({ status, headers, text }: Answer, ...places: readonly Place[]): object {
  const { date, ...kept } = headers;
  const names = places.flatMap(({ cursors, etag: _etag, ...place }, n): [string, string][] =>
    Object.entries({ ...place, ...cursors }).map(([name, value]) => [`<${name} ${n}>`, value]),
  );
  names.sort(([, a], [, b]) => b.length - a.length);
  const masked = (from: string): string =>
    NEW_EACH_TIME.reduce(
      (shown, [pattern, name]) => shown.replaceAll(pattern, name),
      names.reduce((shown, [name, value]) => shown.replaceAll(value, name), from),
    );
  return {
    status,
    hasDate: date !== undefined,
    headers: Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, masked(String(value))])),
    text: masked(text),
  };
}

const NEW_EACH_TIME: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>'],
  // Tells of a text as a whole, in which a name of a place may stand.
  [/W\/"[\w-]{22}"/g, '<digest>'],
  // What the cases count up with, see `unique` there.
  [/\d{6}/g, '<count>'],
];
