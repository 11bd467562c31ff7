import { HttpConnection } from './http-client.js';
import { ADMIN_KEY } from './servers.js';
import { userBody } from './user-body.js';

const SLUG = 'loud';
/** People of the tenant, which its searches look through. */
export const LOUD_USERS = 10_000;

/** Where and as whom the tenant asks. */
export interface LoudAccess {
  readonly port: number;
  readonly token: string;
}

/** With what a tenant floods, by name. */
export const FLOODS = {
  creates: (loud: LoudTenant) => loud.create(),
  'look-ups': (loud: LoudTenant) => loud.get('/Users?filter=userName%20eq%20%22nobody%22'),
  'searches without an index': (loud: LoudTenant) => loud.get('/Users?filter=title%20co%20%22zz%22'),
  'bulk requests of 500': (loud: LoudTenant) => loud.bulk(500),
  'wrong tokens': (loud: LoudTenant) => loud.get('/Users', 'wrong'),
} as const satisfies Readonly<Record<string, (loud: LoudTenant) => string>>;

export type FloodName = keyof typeof FLOODS;

/** Request texts of the tenant that floods. */
export class LoudTenant {
  /** @param next number of the first person that it makes */
  constructor(
    private readonly access: LoudAccess,
    private next: number,
  ) {}

  get(path: string, token = this.access.token): string {
    return `GET /scim/v2/${SLUG}${path} HTTP/1.1\r\n${this.headers(token)}\r\n`;
  }

  create(): string {
    return this.post('/Users', userBody('l', this.next++));
  }

  bulk(count: number): string {
    const operations = Array.from({ length: count }, (_, n) => {
      const data = userBody('l', this.next++);
      return `{"method":"POST","path":"/Users","bulkId":"b${n}","data":${data}}`;
    });
    const schemas = '["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]';
    return this.post('/Bulk', `{"schemas":${schemas},"Operations":[${operations.join(',')}]}`);
  }

  private post(path: string, body: string): string {
    const length = `Content-Type: application/scim+json\r\nContent-Length: ${body.length}\r\n`;
    return `POST /scim/v2/${SLUG}${path} HTTP/1.1\r\n${this.headers(this.access.token)}${length}\r\n${body}`;
  }

  private headers(token: string): string {
    return `Host: 127.0.0.1:${this.access.port}\r\nAuthorization: Bearer ${token}\r\n`;
  }
}

/** Makes the tenant and its people, on a server that lets as many come as like. */
export async function makeLoudTenant(port: number): Promise<LoudAccess> {
  const connection = await HttpConnection.open(port);
  const post = async (path: string, body: object): Promise<string> => {
    const text = JSON.stringify(body);
    const answer = await connection.send(
      `POST /admin/v1${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    );
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${answer.body}`);
    return answer.body;
  };
  await post('/tenants', { slug: SLUG, name: 'Loud' });
  const made = await post(`/tenants/${SLUG}/connections`, { idp: 'generic' });
  const access = { port, token: (JSON.parse(made) as { token: string }).token };
  const loud = new LoudTenant(access, 0);
  for (let filled = 0; filled < LOUD_USERS; filled += 500) {
    const { status, body } = await connection.send(loud.bulk(500));
    if (status !== 200) throw new Error(`${status} ${body.slice(0, 300)}`);
  }
  connection.close();
  return access;
}
