import { CREDENTIALS, type CredentialDocument } from '#projections';
import { READ_MODELS, type ReadModels } from '#read-models';
import { REQUEST_LOG, type RequestLog } from '#request-log';
import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { TenantReader } from '../tenants/tenant-reader.js';
import { type ConnectionView, describeConnection } from './connections.views.js';

/** Connections as the admin API shows them: with their living tokens, and when they were last heard of. */
@Injectable()
export class ConnectionReader {
  constructor(
    private readonly tenants: TenantReader,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(REQUEST_LOG) private readonly requestLog: RequestLog,
  ) {}

  async ofTenant(tenant: string): Promise<ConnectionView[]> {
    await this.tenants.living(tenant);
    const connections = await this.tenants.connections(tenant);
    const filter = { tenant };
    const credentials = await this.readModels.find<CredentialDocument>(CREDENTIALS.name, { filter });
    const contacts = await this.requestLog.contacts(connections.map(({ connectionId }) => connectionId));
    return connections.map((one) => describeConnection(one, credentials, contacts.get(one.connectionId)));
  }

  /** @throws NotFoundException */
  async one(tenant: string, id: string): Promise<ConnectionView> {
    const found = (await this.ofTenant(tenant)).find((connection) => connection.id === id);
    if (!found) throw new NotFoundException('No such connection');
    return found;
  }
}
