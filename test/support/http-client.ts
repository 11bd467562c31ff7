import { Agent, type IncomingHttpHeaders, request as httpRequest } from 'node:http';

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The parsed body; undefined where there is none or it is not JSON. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- specs look into answers freely
  readonly body: any;
}

export interface RawRequest {
  readonly method: string;
  /** Request target exactly as it goes over the wire: nothing is encoded, nothing made canonical. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is; with its length unless the headers say otherwise. */
  readonly body?: string | Buffer;
}

/**
 * Speaks HTTP without the good manners of `fetch`, which would repair the very targets and headers that identity
 * providers and attackers send.
 */
export class HttpClient implements Disposable {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });

  /** @param origin scheme, host and port */
  constructor(readonly origin: string) {}

  send({ method, target, headers = {}, body }: RawRequest): Promise<Answer> {
    const { hostname, port } = new URL(this.origin);
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { agent: this.agent, hostname, port, method, path: target, headers: withLength(headers, body) },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parsed(text) });
          });
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  [Symbol.dispose](): void {
    this.agent.destroy();
  }
}

function withLength(headers: Readonly<Record<string, string>>, body: RawRequest['body']): Record<string, string> {
  if (body === undefined || 'transfer-encoding' in headers) return { ...headers };
  return { 'content-length': String(Buffer.byteLength(body)), ...headers };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
