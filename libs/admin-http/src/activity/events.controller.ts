import { GROUP_STREAMS, parseStream, TENANT_STREAMS, USER_NAME_STREAMS, USER_STREAMS } from '#domain';
import { EVENT_STORE, type EventStore, type RecordedEvent } from '#event-store';
import { withoutHashes } from '#projections';
import { Controller, Get, Inject, NotFoundException, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../access/requires.decorator.js';
import { Problems } from '../openapi/problem.js';
import { TenantReader } from '../tenants/tenant-reader.js';
import { EventsPage, EventsQuery, type EventView } from './activity.dto.js';

/** The log of one tenant, newest first. */
@ApiTags('history')
@Controller('admin/v1/tenants/:slug/events')
export class EventsController {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly tenants: TenantReader,
  ) {}

  @Get()
  @Requires('tenant:read')
  @ApiOperation({ summary: 'Read a tenant’s events', description: 'Those of a deleted tenant too.' })
  @ApiOkResponse({ type: EventsPage })
  @Problems(400, 404)
  async list(@Param('slug') slug: string, @Query() { limit = 50, stream, before }: EventsQuery): Promise<EventsPage> {
    await this.tenants.known(slug);
    if (stream !== undefined && parseStream(stream).tenant !== slug) throw new NotFoundException('No such stream');
    const events: RecordedEvent[] = [];
    const source =
      stream === undefined
        ? this.store.readAll(before === undefined ? 'end' : BigInt(before), {
            direction: 'backwards',
            streamPrefixes: streamsOf(slug),
          })
        : this.store.read(stream, { direction: 'backwards' });
    for await (const event of source) {
      // `tenant-acme` is also how `tenant-acme2` begins.
      if (parseStream(event.stream).tenant !== slug) continue;
      if (stream !== undefined && before !== undefined && event.position >= BigInt(before)) continue;
      events.push(event);
      if (events.length === limit) break;
    }
    return { events: events.map(describe) };
  }
}

const streamsOf = (slug: string): string[] => [
  ...[USER_STREAMS, GROUP_STREAMS, USER_NAME_STREAMS].map((category) => `${category}${slug}.`),
  `${TENANT_STREAMS}${slug}`,
];

function describe({ id, type, stream, revision, position, recordedAt, data, metadata }: RecordedEvent): EventView {
  return {
    id,
    type,
    stream,
    revision,
    position: String(position),
    recordedAt: new Date(recordedAt).toISOString(),
    data: withoutHashes(data),
    metadata,
  };
}
