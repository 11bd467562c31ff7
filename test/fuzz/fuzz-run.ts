import type { Answer } from '../support/http-client.js';
import type { TestGateway } from '../support/start-gateway.js';
import type { TenantClient } from '../support/tenant-client.js';
import type { FuzzRequest } from './requests.arbitrary.js';

/** Longest a single answer may take; the machine may be busy, a hang is forever. */
const ANSWER_LIMIT_MS = 120_000;
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const PLACEHOLDER = /\$(user|group):(\d+)/g;

/** Plays one sequence of requests against a tenant of its own and looks at every answer. */
export class FuzzRun {
  private readonly ids: Record<'user' | 'group', string[]> = { user: [], group: [] };

  private constructor(
    private readonly gateway: TestGateway,
    private readonly tenant: TenantClient,
  ) {}

  /**
   * @throws Error naming the request, when an answer is a 5xx or late, when an error is not in the form of RFC 7644
   * §3.12, or when a refused request left an event behind
   */
  static async play(gateway: TestGateway, requests: readonly FuzzRequest[]): Promise<void> {
    const run = new FuzzRun(gateway, await gateway.newTenant());
    await run.people();
    for (const request of requests) await run.send(request);
  }

  /** Somebody to find, change and refer to. */
  private async people(): Promise<void> {
    for (const userName of ['ana@example.com', 'bo@example.com', 'cy@example.com']) {
      this.ids.user.push((await this.tenant.createUser(userName, { title: 'Cook', emails: [{ value: userName }] })).id);
    }
    this.ids.group.push((await this.tenant.createGroup('Kitchen', this.ids.user.slice(0, 2))).id);
  }

  private async send(drawn: FuzzRequest): Promise<void> {
    const request = this.filledIn(drawn);
    const before = await this.gateway.store.lastPosition();
    const answer = await this.answerTo(request);
    const fault = faultIn(request, answer);
    if (fault !== undefined)
      throw new Error(`${fault}\n${describe(request)}\n${answer.status} ${answer.text.slice(0, 2_000)}`);
    if (answer.status >= 400 && (await this.gateway.store.lastPosition()) !== before) {
      const types = (await this.gateway.eventsAfter(before)).map(({ type, stream }) => `${type} ${stream}`);
      throw new Error(
        `A refused request appended ${types.join()}\n${describe(request)}\n${answer.status} ${answer.text}`,
      );
    }
    this.remember(answer);
  }

  /** `$user:3` becomes the id of the fourth user of this run, or of an earlier one where there are fewer. */
  private filledIn(request: FuzzRequest): FuzzRequest {
    const fill = (text: string) =>
      text.replace(PLACEHOLDER, (whole, kind: 'user' | 'group', n: string) => {
        const ids = this.ids[kind];
        return ids[Number(n) % ids.length] ?? whole;
      });
    return {
      ...request,
      target: fill(request.target),
      ...(request.body !== undefined && { body: fill(request.body) }),
    };
  }

  private async answerTo({ method, target, headers, body }: FuzzRequest): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`No answer: ${method} ${target} ${body}`)), ANSWER_LIMIT_MS);
    });
    const answer = this.tenant.scim(method, target, undefined, { headers, ...(body !== undefined && { raw: body }) });
    try {
      return await Promise.race([answer, limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  private remember({ status, headers }: Answer): void {
    const [, kind, id] = /\/(User|Group)s\/([^/]+)$/.exec(headers.location ?? '') ?? [];
    if (status === 201 && id !== undefined) this.ids[kind === 'User' ? 'user' : 'group'].push(id);
  }
}

function faultIn({ method }: FuzzRequest, { status, headers, text, body }: Answer): string | undefined {
  // RFC 7644 §3.11 has /Me answer 501 where it is not served; everything else of that class is our failure.
  if (status >= 500 && status !== 501) return 'The server failed';
  const type = headers['content-type'] ?? '';
  const expectsBody = method !== 'HEAD' && status !== 204 && status !== 304;
  if (!expectsBody) return text === '' ? undefined : 'A body where none belongs';
  if (!/^application\/(scim\+)?json/.test(type)) return `The content type is ${type}`;
  if (body === undefined) return 'The answer is not JSON';
  if (status < 400) return undefined;
  const { schemas, status: told, detail } = body as Record<string, unknown>;
  const isError = Array.isArray(schemas) && schemas[0] === ERROR && told === String(status);
  return isError && typeof detail === 'string' && detail !== '' ? undefined : 'The error is not one of RFC 7644 §3.12';
}

const describe = ({ method, target, headers, body }: FuzzRequest): string =>
  `${method} ${target} ${JSON.stringify(headers)}\n${body?.slice(0, 4_000) ?? ''}`;
