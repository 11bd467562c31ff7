import { TOKEN_USE_MEMORY, type TokenUses } from '#access';
import type { Connection, DeletedConnection, Tenant } from '#domain';
import { IDENTITY_SOURCE, type IdentitySource } from '#handlers';
import { REQUEST_LOG, type RequestLog } from '#request-log';
import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { TenantReader } from '../tenants/tenant-reader.js';
import { type ConnectionView, describeConnection } from './connections.views.js';
import { describeToken } from './describe-token.js';

/** Connections as the admin API shows them: with their living tokens, and when they were last heard of. */
@Injectable()
export class ConnectionReader {
  constructor(
    private readonly tenants: TenantReader,
    @Inject(REQUEST_LOG) private readonly requestLog: RequestLog,
    @Inject(TOKEN_USE_MEMORY) private readonly uses: TokenUses,
    @Inject(IDENTITY_SOURCE) private readonly source: IdentitySource,
  ) {}

  /** @param withDeleted whether those that are no more are wanted too */
  async ofTenant(slug: string, withDeleted = false): Promise<ConnectionView[]> {
    const tenant = await this.tenants.living(slug);
    const living = Object.values(tenant.connections);
    return this.describe(tenant, withDeleted ? [...living, ...Object.values(tenant.deletedConnections)] : living);
  }

  /** A deleted one too. @throws NotFoundException */
  async one(tenant: string, id: string): Promise<ConnectionView> {
    return this.oneOf(await this.tenants.living(tenant), id);
  }

  /** @throws NotFoundException */
  async oneOf(tenant: Tenant, id: string): Promise<ConnectionView> {
    const connection = [tenant.connections, tenant.deletedConnections].find((known) => Object.hasOwn(known, id))?.[id];
    const [found] = connection ? await this.describe(tenant, [connection]) : [];
    if (!found) throw new NotFoundException('No such connection');
    return found;
  }

  private async describe(
    tenant: Tenant,
    connections: readonly (Connection | DeletedConnection)[],
  ): Promise<ConnectionView[]> {
    const credentials = Object.values(tenant.credentials);
    const contacts = await this.requestLog.contacts(connections.map(({ id }) => id));
    const lastUsed = await this.uses.lastUsed(credentials.map(({ id }) => id));
    const now = this.source.now();
    return connections.map((connection) => {
      const tokens = credentials
        .filter(({ connectionId }) => connectionId === connection.id)
        .map((credential) => describeToken(credential, now, lastUsed.get(credential.id)));
      return describeConnection(connection, tokens, contacts.get(connection.id));
    });
  }
}
