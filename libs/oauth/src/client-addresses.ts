import { clientAddresses } from '#scim-http';
import type { FastifyRequest } from 'fastify';

/** Which address a request comes from, as far as our proxies can tell. */
export class ClientAddresses {
  private readonly addressOf: ReturnType<typeof clientAddresses>;

  constructor(trustedProxies: string | undefined) {
    this.addressOf = clientAddresses(trustedProxies);
  }

  of({ raw }: FastifyRequest): string {
    return this.addressOf(raw);
  }
}
