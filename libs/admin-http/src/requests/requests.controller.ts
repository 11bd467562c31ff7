import type { Tenant } from '#domain';
import { type CallsPage, REQUEST_LOG, type RequestLog } from '#request-log';
import { Controller, Get, Inject, NotFoundException, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../access/requires.decorator.js';
import { Problems } from '../openapi/problem.js';
import { TenantReader } from '../tenants/tenant-reader.js';
import { describeCall, describeWithBodies } from './describe-call.js';
import { RequestsPage, RequestWithBodies } from './requests.dto.js';
import { CallsOfConnectionQuery, CallsOfTenantQuery, callsQuery } from './requests.query.js';

/** What SCIM clients asked of a tenant and how it was answered, those of a deleted tenant or connection too. */
@ApiTags('history')
@Controller('admin/v1/tenants/:slug')
export class RequestsController {
  constructor(
    @Inject(REQUEST_LOG) private readonly requestLog: RequestLog,
    private readonly tenants: TenantReader,
  ) {}

  @Get('requests')
  @Requires('tenant:read')
  @ApiOperation({
    summary: 'List requests that were refused, and hints on others; with `kind=all` every SCIM request',
    description: 'Each with a likely cause and what to change. `kind` is by default `refusal,hint`.',
  })
  @ApiOkResponse({ type: RequestsPage })
  @Problems(400, 404)
  async list(@Param('slug') slug: string, @Query() query: CallsOfTenantQuery): Promise<RequestsPage> {
    const tenant = await this.tenants.known(slug);
    return describePage(await this.requestLog.list(callsQuery(slug, query, ['refusal', 'hint'])), tenant);
  }

  @Get('requests/:id')
  @Requires('tenant:read')
  @ApiOperation({ summary: 'Read one request by its id, with masked bodies' })
  @ApiOkResponse({ type: RequestWithBodies })
  @Problems(404)
  async read(@Param('slug') slug: string, @Param('id') id: string): Promise<RequestWithBodies> {
    const tenant = await this.tenants.known(slug);
    const described = describeWithBodies(await this.requestLog.find(slug, id.toLowerCase()), tenant);
    if (!described) throw new NotFoundException('No such request, or none any more');
    return described;
  }

  @Get('connections/:id/requests')
  @Requires('tenant:read')
  @ApiOperation({ summary: 'List the SCIM requests of a connection' })
  @ApiOkResponse({ type: RequestsPage })
  @Problems(400, 404)
  async ofConnection(
    @Param('slug') slug: string,
    @Param('id') connection: string,
    @Query() query: CallsOfConnectionQuery,
  ): Promise<RequestsPage> {
    const tenant = await this.tenants.known(slug);
    if (!tenant.connections[connection] && !tenant.deletedConnections[connection]) {
      throw new NotFoundException('No such connection');
    }
    return describePage(await this.requestLog.list(callsQuery(slug, { ...query, connection })), tenant);
  }
}

const describePage = ({ calls, ...page }: CallsPage, tenant: Tenant): RequestsPage => ({
  requests: calls.map((call) => describeCall(call, tenant)),
  ...page,
});
