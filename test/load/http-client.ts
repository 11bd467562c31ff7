import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** An HTTP answer. Bytes are read as Latin-1, so that a body's length in characters is its length in bytes. */
export interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Where else than on this machine a server is. */
export interface Place {
  readonly host?: string;
  readonly tls?: boolean;
}

const READ_BUFFER_BYTES = 64 * 1024;

/**
 * One keep-alive HTTP/1.1 connection with one request in flight. It knows just enough of HTTP to measure a server on the
 * same machine without taking the processor from it: no header objects, no streams, one reused read buffer.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #answered: ((answer: Answer) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;
  #head = '';
  #body = '';
  /** Bytes of the body, -1 while unknown because it comes in chunks. */
  #length = 0;

  private constructor(port: number, { host = '127.0.0.1', tls = false }: Place) {
    const onread = {
      buffer: Buffer.allocUnsafe(READ_BUFFER_BYTES),
      callback: (size: number, bytes: Uint8Array): boolean => {
        this.#receive((bytes as Buffer).toString('latin1', 0, size));
        return true;
      },
    };
    this.#socket = tls ? connectTls({ port, host, servername: host }) : connect({ port, host, noDelay: true, onread });
    if (tls) this.#socket.setNoDelay().on('data', (bytes) => this.#receive(bytes.toString('latin1')));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('The server closed the connection')));
  }

  static open(port: number, place: Place = {}): Promise<HttpConnection> {
    const connection = new HttpConnection(port, place);
    return new Promise((resolve, reject) => {
      connection.#failed = reject;
      connection.#socket.once(place.tls ? 'secureConnect' : 'connect', () => resolve(connection));
    });
  }

  /** @param request head and body, ASCII. @throws the connection broke before the answer was complete */
  send(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#answered) throw new Error('A request is in flight already');
      this.#answered = resolve;
      this.#failed = reject;
      this.#socket.write(request, 'latin1');
    });
  }

  close(): void {
    this.#failed = undefined;
    this.#socket.destroy();
  }

  #receive(text: string): void {
    this.#body += text;
    if (this.#head === '') {
      const end = this.#body.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#head = this.#body.slice(0, end);
      this.#body = this.#body.slice(end + 4);
      this.#length = lengthOf(this.#head);
    }
    if (this.#length >= 0 ? this.#body.length < this.#length : !this.#body.endsWith('0\r\n\r\n')) return;
    const [head, body, answered] = [this.#head, this.#body, this.#answered];
    if (!answered || (this.#length >= 0 && body.length > this.#length)) {
      this.#fail(new Error(`More bytes than announced after ${head.slice(0, 200)}`));
      return;
    }
    this.#head = this.#body = '';
    this.#answered = this.#failed = undefined;
    answered({ status: statusOf(head), head, body: this.#length >= 0 ? body : joinChunks(body) });
  }

  #fail(error: Error): void {
    const failed = this.#failed;
    this.#answered = this.#failed = undefined;
    this.#socket.destroy();
    failed?.(error);
  }
}

function statusOf(head: string): number {
  return Number(head.slice(9, 12));
}

function lengthOf(head: string): number {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return Number(length);
  return /\r\ntransfer-encoding: *chunked/i.test(head) ? -1 : 0;
}

function joinChunks(body: string): string {
  let joined = '';
  for (let at = 0; ;) {
    const line = body.indexOf('\r\n', at);
    const size = parseInt(body.slice(at, line), 16);
    if (!(size > 0)) return joined;
    joined += body.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}
