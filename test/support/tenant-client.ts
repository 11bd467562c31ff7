import { parseStream } from '#domain';
import type { RecordedEvent } from '#event-store';
import type { Answer } from './http-client.js';
import type { TestGateway } from './start-gateway.js';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

export interface ScimOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** The Authorization header as it goes out; null: none. Default `Bearer {token}`. */
  readonly authorization?: string | null;
  /** What stands in front of the path; default `/scim/v2/{slug}`. */
  readonly base?: string;
  /** Sent as it is instead of the JSON of `body`. */
  readonly raw?: string | Buffer;
}

/** One tenant's connection, as its IdP uses it. */
export class TenantClient {
  constructor(
    readonly gateway: TestGateway,
    readonly slug: string,
    readonly token: string,
    readonly ids: { readonly connectionId: string; readonly tokenId: string },
  ) {}

  get baseUrl(): string {
    return `${this.gateway.http.origin}/scim/v2/${this.slug}`;
  }

  /** @param path request target behind the base URL, as it goes over the wire */
  scim(method: string, path: string, body?: unknown, options: ScimOptions = {}): Promise<Answer> {
    const { headers = {}, authorization = `Bearer ${this.token}`, base = `/scim/v2/${this.slug}`, raw } = options;
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    return this.gateway.http.send({
      method,
      target: base + path,
      headers: {
        ...(authorization !== null && { authorization }),
        ...(payload !== undefined && { 'content-type': 'application/scim+json' }),
        ...headers,
      },
      ...(payload !== undefined && { body: payload }),
    });
  }

  get(path: string, options?: ScimOptions): Promise<Answer> {
    return this.scim('GET', path, undefined, options);
  }

  /** Users or Groups by a filter, which is encoded here. */
  find(collection: 'Users' | 'Groups', filter: string, more = ''): Promise<Answer> {
    return this.get(`/${collection}?filter=${encodeURIComponent(filter)}${more}`);
  }

  patch(path: string, ...operations: readonly object[]): Promise<Answer> {
    return this.scim('PATCH', path, { schemas: [PATCH_OP], Operations: operations });
  }

  /** @returns the new user's representation */
  async createUser(userName: string, attributes: object = {}): Promise<Answer['body']> {
    return created(await this.scim('POST', '/Users', { schemas: [USER], userName, ...attributes }));
  }

  /** @returns the new group's representation */
  async createGroup(displayName: string, memberIds: readonly string[] = []): Promise<Answer['body']> {
    const members = memberIds.map((value) => ({ value }));
    return created(await this.scim('POST', '/Groups', { schemas: [GROUP], displayName, members }));
  }

  /** Ids of a group's members, sorted. */
  async membersOf(groupId: string): Promise<string[]> {
    const { body } = await this.get(`/Groups/${groupId}`);
    return ((body.members ?? []) as { value: string }[]).map(({ value }) => value).sort();
  }

  /** The whole list, page by page. */
  async everything(collection: 'Users' | 'Groups', pageSize = 100): Promise<Answer['body'][]> {
    const resources: Answer['body'][] = [];
    for (;;) {
      const { body } = await this.get(`/${collection}?startIndex=${resources.length + 1}&count=${pageSize}`);
      resources.push(...body.Resources);
      if (body.Resources.length === 0 || resources.length >= body.totalResults) return resources;
    }
  }

  /** The tenant's events, in the order of the log. */
  async events(after?: bigint): Promise<RecordedEvent[]> {
    const all = await this.gateway.eventsAfter(after);
    return all.filter(({ stream }) => parseStream(stream).tenant === this.slug);
  }

  /** What `action` came to, and the tenant's events that it appended. */
  async recording<T>(action: () => Promise<T>): Promise<{ answer: T; events: RecordedEvent[]; types: string[] }> {
    const before = await this.gateway.store.lastPosition();
    const answer = await action();
    const events = await this.events(before);
    return { answer, events, types: events.map(({ type }) => type) };
  }
}

function created(answer: Answer): Answer['body'] {
  if (answer.status !== 201) throw new Error(`not created: ${answer.status} ${answer.text}`);
  return answer.body;
}

/** Holds an answer to RFC 7644 §3.12: status as a string, a detail, the scimType where one is defined. */
export function expectScimError(
  answer: Answer,
  status: number,
  scimType?: string,
  type = 'application/scim+json',
): void {
  expect({ status: answer.status, body: answer.body }).toEqual({
    status,
    body: {
      schemas: [ERROR],
      status: String(status),
      detail: expect.stringMatching(/\S{3}/),
      ...(scimType !== undefined && { scimType }),
    },
  });
  expect(answer.headers['content-type']).toBe(`${type}; charset=utf-8`);
}

/** Expects a refusal with a status among `allowed` and a detail of reasonable length, and that nothing was appended. */
export async function expectRefusal(
  tenant: TenantClient,
  send: () => Promise<Answer>,
  allowed: readonly number[] = [400],
): Promise<Answer> {
  const { answer, types } = await tenant.recording(send);
  expect(allowed).toContain(answer.status);
  expectScimError(answer, answer.status, answer.body.scimType);
  expect(answer.body.detail.length).toBeLessThan(1_000);
  expect(types).toEqual([]);
  return answer;
}
