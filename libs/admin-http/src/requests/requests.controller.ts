import type { Connection } from '#domain';
import { explainCause, REQUEST_LOG, type RequestLog, type RequestRecord } from '#request-log';
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../access/requires.decorator.js';
import { Problems } from '../openapi/problem.js';
import { TenantReader } from '../tenants/tenant-reader.js';
import { RequestsPage, RequestsQuery, type RequestView } from './requests.dto.js';

/** Requests of a tenant that were refused, and hints on others, newest first, each with a likely cause and what to change. */
@ApiTags('history')
@Controller('admin/v1/tenants/:slug/requests')
export class RequestsController {
  constructor(
    @Inject(REQUEST_LOG) private readonly requestLog: RequestLog,
    private readonly tenants: TenantReader,
  ) {}

  @Get()
  @Requires('tenant:read')
  @ApiOperation({ summary: 'List requests that were refused, and hints on others' })
  @ApiOkResponse({ type: RequestsPage })
  @Problems(400, 404)
  async list(
    @Param('slug') tenant: string,
    @Query() { connection, status, limit = 50, cursor }: RequestsQuery,
  ): Promise<RequestsPage> {
    const { connections } = await this.tenants.known(tenant);
    const query = { tenant, connectionId: connection, status, limit, cursor };
    const { requests, ...page } = await this.requestLog.list(query);
    return { requests: requests.map((record) => describe(record, connections[record.connectionId ?? ''])), ...page };
  }
}

function describe(record: RequestRecord, connection: Connection | undefined): RequestView {
  const { _id: _place, tenant: _tenant, bucket: _bucket, connectionId, ...shown } = record;
  const advised = { idp: connection?.idp, matchingAttribute: connection?.matchingAttribute };
  return {
    ...shown,
    ...(connectionId !== undefined && { connection: connectionId }),
    ...explainCause(record.cause, advised),
  };
}
