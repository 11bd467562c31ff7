import { GROUP_STREAMS, parseStream, TENANT_STREAMS, USER_NAME_STREAMS, USER_STREAMS } from '#domain';
import { EVENT_STORE, type EventStore, type RecordedEvent } from '#event-store';
import { Controller, Get, Inject, NotFoundException, Param, Query, UseGuards } from '@nestjs/common';
import { EventsQuery } from './admin.dto.js';
import { AdminKeyGuard } from './admin-key.guard.js';

/** The log of one tenant, newest first. */
@Controller('admin/v1/tenants/:slug/events')
@UseGuards(AdminKeyGuard)
export class EventsController {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  @Get()
  async list(@Param('slug') slug: string, @Query() { limit = 50, stream, before }: EventsQuery) {
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

/** A credential's hash is no secret one could use, but nobody needs to see it either. */
function describe({ position, recordedAt, data, ...event }: RecordedEvent) {
  const { tokenHash: _hidden, ...shown } = data as Record<string, unknown>;
  return { ...event, position: String(position), recordedAt: new Date(recordedAt).toISOString(), data: shown };
}
