import { OfTenant, OneOf, Pattern, Problems, QueryInt, refusingTheCostly, Requires, Text } from '#admin-http';
import { fold, type ProductPeople } from '#consumer';
import type { ViewMessage } from '#products';
import { BadRequestException, Controller, Get, Inject, Query, type Type } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Anniversary, anniversaryIn, daysOf, isDay } from './anniversaries.js';
import type { WellnessPerson } from './wellness-people.js';

export type WellnessPeople = ProductPeople<ViewMessage, WellnessPerson>;

/** Most people looked at for one team or one month. */
const MOST = 10_000;

class TeamQuery extends OfTenant {
  @Text({ description: 'E-mail address or name of the manager.' })
  manager!: string;

  @QueryInt({ min: 1, max: 1000, description: 'Most members to return; default 100.' })
  limit?: number;
}

class AnniversariesQuery extends OfTenant {
  @OneOf(['week', 'month'], { optional: true, description: 'Monday to Sunday, or the month; default `week`.' })
  period?: 'week' | 'month';

  @Pattern(/^\d{4}-\d{2}-\d{2}$/, 'today must be a day as YYYY-MM-DD', {
    optional: true,
    description: 'The day that the period is around; default today, UTC.',
  })
  today?: string;

  @QueryInt({ min: 1, max: 1000, description: 'Most people to return; default 100.' })
  limit?: number;
}

/** What the wellness product makes of its people. @param prefix in front of the routes */
export function wellnessController(prefix: string, token: symbol): Type {
  @ApiTags('products')
  @Controller(prefix)
  class WellnessController {
    constructor(@Inject(token) private readonly people: WellnessPeople) {}

    @Get('team')
    @Requires('people:read')
    @ApiOperation({
      summary: 'List who reports to a manager',
      description: 'Whoever may no longer sign in is left out.',
    })
    @Problems(400, 404)
    async team(@Query() { tenant, manager, limit = 100 }: TeamQuery) {
      const name = fold(manager);
      const reports = this.people.find(
        tenant,
        ({ status }, by) => status === 'active' && by.manager?.includes(name) === true,
        limit,
      );
      const members = await refusingTheCostly(reports);
      return { manager, members: members.map((person) => this.people.show(person)) };
    }

    @Get('anniversaries')
    @Requires('people:read')
    @ApiOperation({
      summary: 'List anniversaries of first days at work, in their order',
      description: 'Whoever began on 29 February has theirs on the 28th in a year without a 29th.',
    })
    @Problems(400, 404)
    async anniversaries(@Query() { tenant, period = 'week', today = utcDay(), limit = 100 }: AnniversariesQuery) {
      if (!isDay(today)) throw new BadRequestException('today must be a day that there is');
      const days = daysOf(period, today);
      const anniversaryOf = ({ status, profile }: WellnessPerson): Anniversary | undefined => {
        const joined = profile['joining_date'];
        return status === 'active' && typeof joined === 'string' ? anniversaryIn(days, joined) : undefined;
      };
      const found = await refusingTheCostly(this.people.find(tenant, (row) => anniversaryOf(row) !== undefined, MOST));
      const anniversaries = found
        .flatMap((person) => {
          const anniversary = anniversaryOf(person);
          return anniversary ? [{ ...anniversary, person: this.people.show(person) }] : [];
        })
        .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : b.years - a.years));
      return {
        from: days[0],
        to: days.at(-1),
        total: anniversaries.length,
        anniversaries: anniversaries.slice(0, limit),
      };
    }
  }
  return WellnessController;
}

const utcDay = (): string => new Date().toISOString().slice(0, 10);
