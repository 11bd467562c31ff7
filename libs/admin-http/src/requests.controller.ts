import { CONNECTIONS, type ConnectionDocument, TENANTS } from '#projections';
import { READ_MODELS, type ReadModels } from '#read-models';
import { explainCause, REQUEST_LOG, type RequestLog, type RequestRecord } from '#request-log';
import { Controller, Get, Inject, NotFoundException, Param, Query, UseGuards } from '@nestjs/common';
import { RequestsQuery } from './admin.dto.js';
import { AdminKeyGuard } from './admin-key.guard.js';

/** Requests of a tenant that were refused, and hints on others, newest first, each with a likely cause and what to change. */
@Controller('admin/v1/tenants/:slug/requests')
@UseGuards(AdminKeyGuard)
export class RequestsController {
  constructor(
    @Inject(REQUEST_LOG) private readonly requestLog: RequestLog,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
  ) {}

  @Get()
  async list(@Param('slug') tenant: string, @Query() { connection, status, limit = 50, cursor }: RequestsQuery) {
    if (!(await this.readModels.get(TENANTS.name, tenant))) throw new NotFoundException('No such tenant');
    const query = { tenant, connectionId: connection, status, limit, cursor };
    const { requests, ...page } = await this.requestLog.list(query);
    const filter = { tenant };
    const connections = await this.readModels.find<ConnectionDocument>(CONNECTIONS.name, { filter });
    const byId = new Map(connections.map((one) => [one.connectionId, one]));
    return { requests: requests.map((record) => describe(record, byId.get(record.connectionId ?? ''))), ...page };
  }
}

function describe(record: RequestRecord, connection: ConnectionDocument | undefined) {
  const { _id: _place, tenant: _tenant, bucket: _bucket, connectionId, ...shown } = record;
  const advised = { idp: connection?.idp, matchingAttribute: connection?.matchingAttribute };
  return {
    ...shown,
    ...(connectionId !== undefined && { connection: connectionId }),
    ...explainCause(record.cause, advised),
  };
}
