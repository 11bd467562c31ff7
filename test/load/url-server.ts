import { WrongAnswer } from './drive.js';
import type { Served } from './directory.js';
import { type Answer, HttpConnection } from './http-client.js';

/** A set-up that runs somewhere, asked by its URL as its clients ask it, with a tenant that is made for one run. */
export class UrlServer implements Served {
  readonly tenant = `bench-${Date.now().toString(36)}-${Math.floor(Math.random() * 1e6).toString(36)}`;
  token = '';

  private constructor(
    readonly url: string,
    readonly host: string,
    readonly port: number,
    readonly tls: boolean,
    readonly path: string,
    private readonly adminKey: string,
    readonly pid: number,
  ) {}

  /**
   * Makes the tenant.
   * @param pid of the one process that it is, where that runs here; its processor time cannot be seen otherwise
   * @throws WrongAnswer telling what the set-up must allow
   */
  static async open(url: string, adminKey: string, pid = NaN): Promise<UrlServer> {
    const { protocol, hostname, port, pathname } = new URL(url);
    const tls = protocol === 'https:';
    const host = hostname === 'localhost' ? '127.0.0.1' : hostname;
    const path = pathname.replace(/\/+$/, '');
    const server = new UrlServer(url, host, Number(port || (tls ? 443 : 80)), tls, path, adminKey, pid);
    await server.admin('POST', '/tenants', 201, { slug: server.tenant, name: 'Bench' });
    const { body } = await server.admin('POST', `/tenants/${server.tenant}/connections`, 201, { idp: 'generic' });
    server.token = (JSON.parse(body) as { token: string }).token;
    return server;
  }

  /** Ends the tenant; its people stay in the log, as everybody's. */
  async close(): Promise<void> {
    await this.admin('DELETE', `/tenants/${this.tenant}?confirm=${this.tenant}`, 200);
  }

  /** One request behind the admin key. @param target behind the base URL */
  async ask(method: string, target: string, body?: object): Promise<Answer> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const connection = await HttpConnection.open(this.port, this);
    try {
      return await connection.send(
        `${method} ${this.path}${target} HTTP/1.1\r\nHost: ${this.host}:${this.port}\r\n` +
          `Authorization: Bearer ${this.adminKey}\r\n` +
          (body === undefined ? '' : `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n`) +
          `\r\n${text}`,
      );
    } finally {
      connection.close();
    }
  }

  private async admin(method: string, path: string, expected: number, body?: object): Promise<Answer> {
    const answer = await this.ask(method, `/admin/v1${path}`, body);
    if (answer.status === expected || (expected === 200 && answer.status === 204)) return answer;
    const hint = answer.status === 401 ? ' Give its admin key with --admin-key or ROLLCALL_ADMIN_KEY.' : '';
    throw new WrongAnswer(
      `${method} ${this.url}/admin/v1${path} is answered ${answer.status}.${hint} ${answer.body.slice(0, 300)}`,
    );
  }
}
