import type { AdminPrincipal } from '#access';
import { ReadYourWrites } from '#handlers';
import { ACTIVITY, type ActivityDocument, activityId } from '#projections';
import { READ_MODELS, type ReadModels } from '#read-models';
import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { actingAdmin } from '../access/acting-admin.js';
import { noSuchTenant } from '../access/admin.guard.js';
import { Requires } from '../access/requires.decorator.js';
import { Problems } from '../openapi/problem.js';
import { ActivityQuery, EventsPage, type EventView } from './activity.dto.js';

/** Who changed what: settings of tenants, and admins. What identity providers change of people is in the tenants' events. */
@ApiTags('history')
@Controller('admin/v1/activity')
export class ActivityController {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    private readonly readYourWrites: ReadYourWrites,
  ) {}

  @Get()
  @Requires('activity:read')
  @ApiOperation({
    summary: 'List changes of settings and of admins',
    description: 'Admins of some tenants see what concerns those tenants.',
  })
  @ApiOkResponse({ type: EventsPage })
  @Problems(400, 404)
  async list(@Query() query: ActivityQuery, @Req() request: FastifyRequest): Promise<EventsPage> {
    await this.readYourWrites.requireCurrent();
    const { limit = 50 } = query;
    const found: ActivityDocument[] = [];
    // A few tenants at most: each is read from its index, and the newest of all are shown.
    for (const scope of scopesFor(actingAdmin(request), query)) found.push(...(await this.newest(scope, query, limit)));
    found.sort((a, b) => (a._id < b._id ? 1 : -1));
    return { events: found.slice(0, limit).map(describe) };
  }

  private newest(scope: object, { admin, before }: ActivityQuery, limit: number): Promise<ActivityDocument[]> {
    const filter = {
      ...scope,
      ...(admin !== undefined && { adminId: admin }),
      ...(before !== undefined && { _id: { $lt: activityId(BigInt(before)) } }),
    };
    return this.readModels.find<ActivityDocument>(ACTIVITY.name, { filter, sort: { _id: -1 }, limit });
  }
}

/** What of the activity the admin may see of what they ask for. */
function scopesFor({ tenants: visible }: AdminPrincipal, { tenant }: ActivityQuery): readonly object[] {
  if (tenant !== undefined && visible && !visible.includes(tenant)) throw noSuchTenant();
  if (tenant !== undefined) return [{ tenant }];
  return visible?.map((slug) => ({ tenant: slug })) ?? [{ scope: 'installation' }];
}

const describe = ({ _id, type, stream, revision, data, metadata }: ActivityDocument): EventView => ({
  type,
  stream,
  revision,
  position: String(BigInt(_id)),
  data,
  metadata,
});
