import { Controller, Get, Inject, Query, type Type, UseGuards } from '@nestjs/common';
import { PeopleQuery } from './admin.dto.js';
import { AdminKeyGuard } from './admin-key.guard.js';

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
 * Serves one product's list of people behind the admin key.
 * @param path e.g. `wellness/people`
 * @param token injection token of the product's {@link PeopleList}
 */
export function peopleController(path: string, token: symbol): Type {
  @Controller(path)
  @UseGuards(AdminKeyGuard)
  class PeopleController {
    constructor(@Inject(token) private readonly people: PeopleList) {}

    @Get()
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
