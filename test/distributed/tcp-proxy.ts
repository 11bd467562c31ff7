import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Changes what comes back from the server, as far as it is whole; keeps the rest for the next time. */
export type Rewrite = (bytes: Buffer) => Buffer;

/** Where to: what an address is in a connection string. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** A line to a server that can be cut, and stalled: then its connections stay open, and nothing goes through them. */
export class TcpProxy implements AsyncDisposable {
  readonly #sockets = new Set<Socket>();
  #stalled = false;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** @param rewrite made anew for each connection */
  static async open(target: Endpoint, rewrite?: (port: number) => Rewrite): Promise<TcpProxy> {
    const made: { proxy?: TcpProxy } = {};
    const server = createServer((client) => made.proxy?.join(client, connect(target.port, target.host), rewrite));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    made.proxy = new TcpProxy(server, (server.address() as AddressInfo).port);
    return made.proxy;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  stall(): void {
    this.#stalled = true;
    for (const socket of this.#sockets) socket.pause();
  }

  resume(): void {
    this.#stalled = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** Both ends hear of it. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  private join(client: Socket, server: Socket, rewrite?: (port: number) => Rewrite): void {
    const changed = rewrite?.(this.port);
    this.pass(client, server, (bytes) => bytes);
    this.pass(server, client, changed ?? ((bytes) => bytes));
  }

  private pass(from: Socket, to: Socket, change: Rewrite): void {
    this.#sockets.add(from.setNoDelay(true));
    from.on('data', (bytes) => {
      const changed = change(bytes);
      if (changed.length > 0 && !to.destroyed) to.write(changed);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    if (this.#stalled) from.pause();
  }
}

/**
 * A broker tells its clients where it is, and they would go there past the proxy. Every place in an answer that names the
 * broker names the proxy instead, which is the same number of bytes.
 */
export function asBroker(broker: Endpoint): (port: number) => Rewrite {
  return (port) => {
    const named = Buffer.concat([int16(broker.host.length), Buffer.from(broker.host), int32(broker.port)]);
    const instead = Buffer.concat([int16(broker.host.length), Buffer.from(broker.host), int32(port)]);
    let waiting = Buffer.alloc(0);
    return (bytes) => {
      waiting = Buffer.concat([waiting, bytes]);
      let whole = 0;
      while (waiting.length >= whole + 4 && waiting.length >= whole + 4 + waiting.readInt32BE(whole)) {
        whole += 4 + waiting.readInt32BE(whole);
      }
      const answers = Buffer.from(waiting.subarray(0, whole));
      waiting = waiting.subarray(whole);
      for (let at = answers.indexOf(named); at >= 0; at = answers.indexOf(named, at + 1)) instead.copy(answers, at);
      return answers;
    };
  };
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
