import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection } from './http-client.js';
import { type FloodName, FLOODS, type LoudAccess, LoudTenant } from './loud-tenant.js';

const CONNECTIONS = 64;
/** Longest wait for the first refusal; what comes after that is what the server lets in for good. */
const REFUSAL_LIMIT_MS = 20_000;

/** To the client: begin, or, without a name, end. */
export interface FloodCommand {
  readonly flood?: FloodName;
  readonly access: LoudAccess;
  /** Number of the first person that it makes. */
  readonly first: number;
}

/** From the client: how often each status was answered; once when the flood is refused, once when it has ended. */
export type FloodTold = Readonly<Record<string, number>>;

/** Requests without pause on many connections, whatever is answered. */
class Flooding {
  readonly statuses: Record<string, number> = {};
  private ended = false;
  private readonly workers: Promise<void>[];

  constructor(port: number, next: () => string) {
    this.workers = Array.from({ length: CONNECTIONS }, async () => {
      const connection = await HttpConnection.open(port);
      let request = next();
      while (!this.ended) {
        const { status } = await connection.send(request);
        this.statuses[status] = (this.statuses[status] ?? 0) + 1;
        // What was refused is sent again, as clients do: writing half a megabyte anew would take the server's processor.
        if (status !== 429) request = next();
      }
      connection.close();
    });
  }

  async isRefused(): Promise<void> {
    const limit = performance.now() + REFUSAL_LIMIT_MS;
    while (!(429 in this.statuses) && performance.now() < limit) await sleep(50);
  }

  async end(): Promise<void> {
    this.ended = true;
    await Promise.all(this.workers);
  }
}

/** The flood has a process of its own: its bodies, written by the one that measures, would be waited for there. */
let flooding: Flooding | undefined;
process.on('message', ({ flood, access, first }: FloodCommand) => {
  void (async () => {
    if (flood) {
      const loud = new LoudTenant(access, first);
      flooding = new Flooding(access.port, () => FLOODS[flood](loud));
      await flooding.isRefused();
    } else await flooding?.end();
    process.send?.(flooding?.statuses ?? {});
  })();
});
