import { TOKEN_USE_MEMORY, type TokenUses } from '#access';
import { IDENTITY_SOURCE, type IdentitySource } from '#handlers';
import { CREDENTIALS, type CredentialDocument } from '#projections';
import { READ_MODELS, type ReadModels } from '#read-models';
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
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(REQUEST_LOG) private readonly requestLog: RequestLog,
    @Inject(TOKEN_USE_MEMORY) private readonly uses: TokenUses,
    @Inject(IDENTITY_SOURCE) private readonly source: IdentitySource,
  ) {}

  async ofTenant(tenant: string): Promise<ConnectionView[]> {
    await this.tenants.living(tenant);
    const connections = await this.tenants.connections(tenant);
    const filter = { tenant };
    const credentials = await this.readModels.find<CredentialDocument>(CREDENTIALS.name, { filter });
    const contacts = await this.requestLog.contacts(connections.map(({ connectionId }) => connectionId));
    const lastUsed = await this.uses.lastUsed(credentials.map(({ _id }) => _id));
    const now = this.source.now();
    return connections.map((one) => {
      const tokens = credentials
        .filter(({ connectionId }) => connectionId === one.connectionId)
        .map((document) => describeToken({ ...document, id: document._id }, now, lastUsed.get(document._id)));
      return describeConnection(one, tokens, contacts.get(one.connectionId));
    });
  }

  /** @throws NotFoundException */
  async one(tenant: string, id: string): Promise<ConnectionView> {
    const found = (await this.ofTenant(tenant)).find((connection) => connection.id === id);
    if (!found) throw new NotFoundException('No such connection');
    return found;
  }
}
