import { SearchTooCostly } from '#consumer';
import { BadRequestException, Controller, Get, HttpCode, Inject, NotFoundException, Param, Post, Query, type Type } from '@nestjs/common'; // prettier-ignore
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../access/requires.decorator.js';
import { QueryInt, Text } from '../openapi/fields.js';
import { Problems } from '../openapi/problem.js';

export class OfTenant {
  @Text({ max: 63, description: 'Slug of the tenant.' })
  tenant!: string;
}

export class PeopleQuery {
  @Text({ optional: true, max: 63, description: 'Slug; without it, the people of all tenants.' })
  tenant?: string;

  @QueryInt({ min: 1, max: 1000, description: 'Most people to return; default 100.' })
  limit?: number;

  @Text({ optional: true, max: 1000, description: '`nextCursor` of the page before.' })
  cursor?: string;

  @Text({ optional: true, description: 'Words that must all be in names, addresses, numbers and titles.' })
  search?: string;

  @Text({ optional: true, description: 'Their department, in any case of letters.' })
  department?: string;

  @Text({ optional: true, description: 'E-mail address or name of their manager.' })
  manager?: string;

  @Text({ optional: true, description: 'Their city, region or country.' })
  location?: string;
}

export class SignInQuery extends OfTenant {
  @Text({ max: 1000, description: 'What they sign in with.' })
  user!: string;
}

/** A product's people as it shows them. */
export interface PeopleList {
  list(query: {
    tenant?: string;
    limit: number;
    cursor?: string;
    search?: string;
    department?: string;
    manager?: string;
    location?: string;
  }): Promise<{ people: readonly object[]; nextCursor?: string }>;
  /** With their history; undefined for somebody the product was never told of. */
  person(tenant: string, userId: string): Promise<object | undefined>;
  /** Whether somebody may sign in, and why not. */
  signIn(tenant: string, name: string): Promise<object>;
  /** How the product keeps up with its topic. */
  health(): Promise<object>;
  /** Makes what it knows anew from the start of its topic. */
  rebuild(): Promise<void>;
  /** Takes in again what it could not take in. */
  replayDeadLetters(): Promise<object>;
}

const DEFAULT_LIMIT = 100;

/**
 * Serves what one product knows of people to admins who may see the tenant.
 * @param prefix in front of the routes: the product's id, or nothing where it serves alone
 * @param token injection token of the product's {@link PeopleList}
 */
export function peopleController(prefix: string, token: symbol): Type {
  @ApiTags('products')
  @Controller(prefix)
  class PeopleController {
    constructor(@Inject(token) private readonly people: PeopleList) {}

    @Get('people')
    @Requires('people:read')
    @ApiOperation({ summary: 'List people as this product knows them' })
    @Problems(400, 404)
    list(@Query() { limit = DEFAULT_LIMIT, ...query }: PeopleQuery) {
      return refusingTheCostly(this.people.list({ limit, ...query }));
    }

    @Get('people/:id')
    @Requires('people:read')
    @ApiOperation({ summary: 'Read one person with what changed when, as this product saw it' })
    @Problems(400, 404)
    async read(@Param('id') id: string, @Query() { tenant }: OfTenant) {
      const person = await this.people.person(tenant, id);
      if (!person) throw new NotFoundException('This product was never told of such a person');
      return person;
    }

    @Get('sign-in-check')
    @Requires('people:read')
    @ApiOperation({ summary: 'Tell whether somebody may sign in to this product' })
    @Problems(400, 404)
    signIn(@Query() { tenant, user }: SignInQuery) {
      return this.people.signIn(tenant, user);
    }

    @Get('health')
    @Requires('products:watch')
    @ApiOperation({ summary: 'Tell how this product keeps up with its topic' })
    @Problems()
    health() {
      return this.people.health();
    }

    @Post('rebuild')
    @HttpCode(202)
    @Requires('products:run')
    @ApiOperation({
      summary: 'Make what this product knows anew from the start of its topic',
      description: 'What it knows is served and kept up meanwhile; its health tells while it is rebuilding.',
    })
    @Problems()
    rebuild() {
      // It reports by itself: a rebuild that fails leaves everything as it was.
      void this.people.rebuild().catch(() => undefined);
      return { rebuilding: true };
    }

    @Post('dead-letters/replay')
    @HttpCode(200)
    @Requires('products:run')
    @ApiOperation({ summary: 'Take in again what this product could not take in' })
    @Problems()
    replay() {
      return this.people.replayDeadLetters();
    }
  }
  return PeopleController;
}

/** An answer that would take looking at too many people is a matter of what was asked. */
export async function refusingTheCostly<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof SearchTooCostly)) throw error;
    throw new BadRequestException('Too many people would have to be looked at; ask for something less rare');
  }
}
