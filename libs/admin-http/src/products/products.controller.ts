import type { Tenant, TenantCommand } from '#domain';
import { ChangeTenant } from '#handlers';
import { type CompiledProfile, compileProfile, CoverageCount, deriveView, maskKeys } from '#products';
import { documentId, USERS, type UserDocument } from '#projections';
import { READ_MODELS, type ReadModels } from '#read-models';
import { attributesOf } from '#scim';
import { Controller, Get, HttpCode, Inject, NotFoundException, Param, Post, Query, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { contextOf } from '../access/acting-admin.js';
import { Requires } from '../access/requires.decorator.js';
import { Problems } from '../openapi/problem.js';
import { describeProduct, summarise } from './describe-product.js';
import { PeopleScan, type ScannedPerson } from './people-scan.js';
import { productOf, ProductReader, type TenantProduct } from './product-reader.js';
import { Rederivations } from './rederivations.js';
import { CoverageQuery, type PeopleKind, ProductPeopleQuery } from './products.dto.js';
import {
  CompletenessView,
  ProductPeoplePage,
  ProductPersonView,
  ProductsList,
  ProductSummary,
  ProductView,
} from './products.views.js';

/** How long a request may look at people, milliseconds. */
const COVERAGE_MS = 1_000;
const PEOPLE_MS = 2_000;
const DEFAULT_PEOPLE = 100;

/** The products of one tenant: which are told about its people, and what they are told. */
@ApiTags('products')
@Controller('admin/v1/tenants/:slug/products')
export class ProductsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly products: ProductReader,
    private readonly people: PeopleScan,
    private readonly rederivations: Rederivations,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
  ) {}

  @Get()
  @Requires('tenant:read')
  @ApiOperation({ summary: 'List all products, with what is so of them for this tenant' })
  @ApiOkResponse({ type: ProductsList })
  @Problems(400, 404)
  async list(@Param('slug') slug: string, @Query() { coverage = true }: CoverageQuery): Promise<ProductsList> {
    const products = await this.products.ofTenant(slug);
    const under = await this.rederivations.ofTenant(slug);
    const progress = ({ profile }: TenantProduct) => under.get(profile.id);
    if (!coverage) {
      return { products: products.map((product) => summarise(product, { rederivation: progress(product) })) };
    }
    const enabled = products.filter((product) => product.enabled);
    const counted = new Map(enabled.map((product) => [product, new CoverageCount()]));
    const compiled = enabled.map((product) => [compiledOf(product), counted.get(product)] as const);
    const { people, lookedAt, complete } = await this.people.over(slug, { withinMs: COVERAGE_MS }, (person) => {
      for (const [profile, count] of compiled) count?.add(deriveView(profile, person));
    });
    const completeness = (count: CoverageCount): CompletenessView => ({
      people,
      lookedAt,
      complete,
      incomplete: count.incomplete,
      withProblems: count.withProblems,
    });
    return {
      products: products.map((product) => {
        const count = counted.get(product);
        return summarise(product, { completeness: count && completeness(count), rederivation: progress(product) });
      }),
    };
  }

  @Get(':product')
  @Requires('tenant:read')
  @ApiOperation({
    summary: 'Read a product’s profile under the mapping in force, with how many people have a value for each key',
  })
  @ApiOkResponse({ type: ProductView })
  @Problems(400, 404)
  async read(
    @Param('slug') slug: string,
    @Param('product') id: string,
    @Query() { coverage = true }: CoverageQuery,
  ): Promise<ProductView> {
    const product = await this.products.one(slug, id);
    const rederivation = (await this.rederivations.ofTenant(slug)).get(id);
    if (!coverage) return describeProduct(product, rederivation);
    const compiled = compiledOf(product);
    const count = new CoverageCount();
    const { people, lookedAt, complete } = await this.people.over(slug, { withinMs: COVERAGE_MS }, (person) =>
      count.add(deriveView(compiled, person)),
    );
    return describeProduct(product, rederivation, { count, extent: { people, lookedAt, complete } });
  }

  @Post(':product/enable')
  @HttpCode(200)
  @Requires('tenant:change')
  @ApiOperation({
    summary: 'Enable a product',
    description: 'It is told about everybody the tenant has, and of every change from then on.',
  })
  @ApiOkResponse({ type: ProductSummary })
  @Problems(404)
  enable(@Param('slug') slug: string, @Param('product') id: string, @Req() request: FastifyRequest) {
    return this.switch(request, slug, id, 'EnableProduct');
  }

  @Post(':product/disable')
  @HttpCode(200)
  @Requires('tenant:change')
  @ApiOperation({
    summary: 'Disable a product',
    description: 'It is told nothing more of this tenant. What it knows, it keeps.',
  })
  @ApiOkResponse({ type: ProductSummary })
  @Problems(404)
  disable(@Param('slug') slug: string, @Param('product') id: string, @Req() request: FastifyRequest) {
    return this.switch(request, slug, id, 'DisableProduct');
  }

  @Get(':product/people')
  @Requires('tenant:read')
  @ApiOperation({
    summary: 'List people by what their view lacks',
    description:
      'People who lack required keys are told to the product all the same, with the keys named. A page may be short, or empty, while `nextCursor` says that there may be more.',
  })
  @ApiOkResponse({ type: ProductPeoplePage })
  @Problems(400, 404)
  async listPeople(
    @Param('slug') slug: string,
    @Param('product') id: string,
    @Query() { only = 'incomplete', limit = DEFAULT_PEOPLE, cursor }: ProductPeopleQuery,
  ): Promise<ProductPeoplePage> {
    const compiled = compiledOf(await this.products.one(slug, id));
    const found: ProductPeoplePage['found'] = [];
    const { last, ...extent } = await this.people.over(slug, { withinMs: PEOPLE_MS, after: cursor }, (person) => {
      const { missing, problems, active } = deriveView(compiled, person);
      if (isAsked(only, missing, problems)) {
        found.push({ userId: person.id, userName: person.userName, active, missing, problems });
      }
      return found.length < limit;
    });
    return { ...extent, found, ...(!extent.complete && last !== undefined && { nextCursor: last }) };
  }

  @Get(':product/people/:userId')
  @Requires('tenant:read')
  @ApiOperation({ summary: 'Read one person as the product sees them, sensitive values masked' })
  @ApiOkResponse({ type: ProductPersonView })
  @Problems(404)
  async person(
    @Param('slug') slug: string,
    @Param('product') id: string,
    @Param('userId') userId: string,
  ): Promise<ProductPersonView> {
    const compiled = compiledOf(await this.products.one(slug, id));
    const { userName, ...person } = await this.find(slug, userId);
    const { active, mappingVersion, keys, missing, problems } = deriveView(compiled, person);
    return { userId, userName, active, mappingVersion, attributes: maskKeys(compiled, keys), missing, problems };
  }

  /** @throws NotFoundException */
  private async find(slug: string, userId: string): Promise<ScannedPerson> {
    const found = await this.readModels.get<UserDocument>(USERS.name, documentId(slug, userId));
    if (!found) throw new NotFoundException('No such person');
    const attributes = attributesOf(found.json);
    const userName = typeof attributes['userName'] === 'string' ? attributes['userName'] : '';
    return { id: userId, userName, active: found.status === 'active', attributes };
  }

  private async switch(
    request: FastifyRequest,
    slug: string,
    id: string,
    type: 'EnableProduct' | 'DisableProduct',
  ): Promise<ProductSummary> {
    const profile = this.products.profile(id);
    const enabledByDefault = profile.enabledByDefault ?? false;
    const tenant = await this.change(request, slug, { type, product: id, enabledByDefault });
    return summarise(productOf(tenant, profile));
  }

  private async change(request: FastifyRequest, slug: string, command: TenantCommand): Promise<Tenant> {
    return (await this.commands.execute(new ChangeTenant(contextOf(request, slug), command))).loaded.state;
  }
}

const compiledOf = ({ profile, mapping }: TenantProduct): CompiledProfile => compileProfile(profile, mapping);

function isAsked(only: PeopleKind, missing: readonly unknown[], problems: readonly unknown[]): boolean {
  if (only === 'all') return true;
  return (only === 'incomplete' ? missing : problems).length > 0;
}
