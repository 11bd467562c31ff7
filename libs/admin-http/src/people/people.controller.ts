import { Controller, Get, Inject, Query, type Type } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../access/requires.decorator.js';
import { QueryInt, Text } from '../openapi/fields.js';
import { Problems } from '../openapi/problem.js';

export class PeopleQuery {
  @Text({ optional: true, max: 63, description: 'Slug; without it, the people of all tenants.' })
  tenant?: string;

  @QueryInt({ min: 1, max: 1000, description: 'Most people to return; default 100.' })
  limit?: number;

  @Text({ optional: true, max: 1000, description: '`nextCursor` of the page before.' })
  cursor?: string;
}

/** A product's people as it shows them. */
export interface PeopleList {
  list(query: {
    tenant?: string;
    limit: number;
    cursor?: string;
  }): Promise<{ people: readonly object[]; nextCursor?: string }>;
}

const DEFAULT_LIMIT = 100;

/**
 * Serves one product's list of people to admins who may see the tenant.
 * @param path e.g. `wellness/people`
 * @param token injection token of the product's {@link PeopleList}
 */
export function peopleController(path: string, token: symbol): Type {
  @ApiTags('products')
  @Controller(path)
  class PeopleController {
    constructor(@Inject(token) private readonly people: PeopleList) {}

    @Get()
    @Requires('people:read')
    @ApiOperation({ summary: 'List people as this product knows them' })
    @Problems(400, 404)
    list(@Query() { tenant, limit = DEFAULT_LIMIT, cursor }: PeopleQuery) {
      return this.people.list({
        limit,
        ...(tenant !== undefined && { tenant }),
        ...(cursor !== undefined && { cursor }),
      });
    }
  }
  return PeopleController;
}
