import type { Answer } from './http-client.js';
import type { Exchange, Target } from './drive.js';
import type { AppServer } from './servers.js';
import { externalIdOf, userBody, userNameOf } from './user-body.js';

const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** A server, and the tenant that asks it. */
export interface Served extends Target {
  readonly token: string;
  /** Slug; default the demo tenant. */
  readonly tenant?: string;
  /** What stands before its own paths, without a slash at the end. */
  readonly path?: string;
}

/** The directory of the tenant under load: what was put into it, and requests with the answers that this implies. */
export class Directory<Server extends Served = AppServer> {
  readonly server: Server;
  readonly #run: string;
  readonly #base: string;
  readonly #headers: string;
  /** Ids by person's number; filled as creates are answered. */
  readonly ids: string[] = [];
  #next = 0;
  #changes = 0;

  /** @param run tells the people of two directories apart, one letter */
  constructor(server: Server, run = 'a') {
    this.server = server;
    this.#base = `${server.path ?? ''}/scim/v2/${server.tenant ?? 'demo'}`;
    this.#run = run;
    this.#headers =
      `Host: ${server.host ?? '127.0.0.1'}:${server.port}\r\nAuthorization: Bearer ${server.token}\r\n` +
      'Accept: application/scim+json\r\nUser-Agent: rollcall-bench\r\n';
  }

  /** See the constructor. */
  get run(): string {
    return this.#run;
  }

  /** A GET of a path behind the tenant's base URL. */
  get(path: string): string {
    return this.#read(path);
  }

  get size(): number {
    return this.ids.length;
  }

  /** A person who is there, drawn evenly. */
  any(): number {
    return Math.floor(Math.random() * this.size);
  }

  userName(n: number): string {
    return userNameOf(this.#run, n);
  }

  /** The number of a person who is not there yet. */
  newcomer(): number {
    return this.#next++;
  }

  create = (n = this.newcomer()): Exchange => {
    const userName = `"userName":"${userNameOf(this.#run, n)}"`;
    return {
      request: this.#write('POST', '/Users', userBody(this.#run, n)),
      check: (answer) => {
        const id = /"id":"([0-9a-f-]{36})"/.exec(answer.body)?.[1];
        if (id !== undefined) this.ids[n] = id;
        return expectAnswer(answer, 201, userName, `"id":"${id}"`);
      },
    };
  };

  readById = (n = this.any()): Exchange => {
    const id = this.ids[n] ?? '';
    return { request: this.#read(`/Users/${id}`), check: (answer) => expectAnswer(answer, 200, ...this.#shows(n)) };
  };

  lookup = (attribute: 'userName' | 'externalId', n = this.any()): Exchange => {
    const value = (attribute === 'userName' ? userNameOf : externalIdOf)(this.#run, n);
    return {
      request: this.#read(`/Users?filter=${encodeURIComponent(`${attribute} eq "${value}"`)}`),
      check: (answer) => expectAnswer(answer, 200, '"totalResults":1,', ...this.#shows(n)),
    };
  };

  /** What an IdP asks before it creates somebody. */
  lookupAbsent = (n: number): Exchange => ({
    request: this.#read(`/Users?filter=${encodeURIComponent(`userName eq "${userNameOf(this.#run, n)}"`)}`),
    check: (answer) => expectAnswer(answer, 200, '"totalResults":0'),
  });

  patch = (n = this.any()): Exchange => {
    const title = `Title ${++this.#changes}`;
    const operations = [{ op: 'replace', path: 'title', value: title }];
    return {
      request: this.#write('PATCH', `/Users/${this.ids[n]}`, patchBody(operations)),
      check: (answer) => expectAnswer(answer, 200, `"title":"${title}"`, ...this.#shows(n)),
    };
  };

  deactivate = (n: number): Exchange => ({
    request: this.#write(
      'PATCH',
      `/Users/${this.ids[n]}`,
      patchBody([{ op: 'replace', path: 'active', value: false }]),
    ),
    check: (answer) => expectAnswer(answer, 200, '"active":false'),
  });

  put = (n = this.any()): Exchange => {
    const title = `Title ${++this.#changes}`;
    return {
      request: this.#write('PUT', `/Users/${this.ids[n]}`, userBody(this.#run, n, title)),
      check: (answer) => expectAnswer(answer, 200, `"title":"${title}"`, ...this.#shows(n)),
    };
  };

  /** @param sortedIds all ids in the order of the list, which is the order of creation */
  page = (startIndex: number, count: number, sortedIds: readonly string[]): Exchange => {
    const [first, last] = [sortedIds[startIndex - 1], sortedIds[startIndex + count - 2]];
    return {
      request: this.#read(`/Users?startIndex=${startIndex}&count=${count}`),
      check: (answer) =>
        expectAnswer(
          answer,
          200,
          `"totalResults":${sortedIds.length},`,
          `"itemsPerPage":${count},`,
          `"id":"${first}"`,
          `"id":"${last}"`,
        ),
    };
  };

  createGroup = (displayName: string, keepId: (id: string) => void): Exchange => ({
    request: this.#write('POST', '/Groups', JSON.stringify({ schemas: [GROUP_SCHEMA], displayName })),
    check: (answer) => {
      const id = /"id":"([0-9a-f-]{36})"/.exec(answer.body)?.[1] ?? '';
      keepId(id);
      return expectAnswer(answer, 201, `"displayName":"${displayName}"`, `"id":"${id}"`);
    },
  });

  addMembers = (groupId: string, members: readonly string[]): Exchange =>
    this.#patchGroup(groupId, { op: 'add', path: 'members', value: members.map((value) => ({ value })) });

  removeMember = (groupId: string, member: string): Exchange =>
    this.#patchGroup(groupId, { op: 'remove', path: `members[value eq "${member}"]` });

  readGroup = (groupId: string, displayName: string): Exchange => ({
    request: this.#read(`/Groups/${groupId}?excludedAttributes=members`),
    check: (answer) =>
      answer.body.includes('"members"')
        ? 'must not show members'
        : expectAnswer(answer, 200, `"displayName":"${displayName}"`),
  });

  readMembers = (groupId: string, size: number): Exchange => ({
    request: this.#read(`/Groups/${groupId}`),
    check: (answer) => {
      const found = answer.body.split('"value":"').length - 1;
      return found === size ? expectAnswer(answer, 200) : `must have ${size} members, has ${found}`;
    },
  });

  #patchGroup(groupId: string, operation: object): Exchange {
    return {
      request: this.#write('PATCH', `/Groups/${groupId}`, patchBody([operation])),
      // A small group is shown to this kind of client, a large one is not.
      check: (answer) => expectAnswer(answer, answer.status === 200 ? 200 : 204),
    };
  }

  #shows(n: number): [string, string] {
    return [`"id":"${this.ids[n]}"`, `"userName":"${userNameOf(this.#run, n)}"`];
  }

  #read(path: string): string {
    return `GET ${this.#base}${path} HTTP/1.1\r\n${this.#headers}\r\n`;
  }

  #write(method: string, path: string, body: string): string {
    const length = `Content-Type: application/scim+json\r\nContent-Length: ${body.length}\r\n\r\n`;
    return `${method} ${this.#base}${path} HTTP/1.1\r\n${this.#headers}${length}${body}`;
  }
}

function patchBody(operations: readonly object[]): string {
  return JSON.stringify({ schemas: [PATCH_SCHEMA], Operations: operations });
}

/** @returns what is missing from the answer, undefined when all is there */
export function expectAnswer(
  { status, body }: Answer,
  expected: number,
  ...texts: readonly string[]
): string | undefined {
  if (status !== expected) return `must be answered ${expected}`;
  const missing = texts.find((text) => !body.includes(text));
  return missing === undefined ? undefined : `must contain ${missing}`;
}
