import { OfTenant, Problems, refusingTheCostly, Requires } from '#admin-http';
import type { ProductPeople } from '#consumer';
import type { ViewMessage } from '#products';
import { Controller, Get, Inject, Query, type Type } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Account } from './define-people.js';

/** Most accounts looked at for the roles of a tenant. */
const MOST = 100_000;

/** What the SaaS product makes of roles. @param prefix in front of the routes */
export function defineController(prefix: string, token: symbol): Type {
  @ApiTags('products')
  @Controller(prefix)
  class DefineController {
    constructor(@Inject(token) private readonly people: ProductPeople<ViewMessage, Account>) {}

    @Get('roles')
    @Requires('people:read')
    @ApiOperation({ summary: 'List the roles that active people have, with how many have each' })
    @Problems(400, 404)
    async roles(@Query() { tenant }: OfTenant) {
      const counts = new Map<string, number>();
      for (const { roles } of await refusingTheCostly(
        this.people.find(tenant, ({ status, roles }) => status === 'active' && roles.length > 0, MOST),
      )) {
        for (const role of roles) counts.set(role, (counts.get(role) ?? 0) + 1);
      }
      return { roles: [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([role, people]) => ({ role, people })) };
    }
  }
  return DefineController;
}
