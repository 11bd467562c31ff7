import { ChangeTenant } from '#handlers';
import { compileProfile, CoverageCount, deriveView, maskKeys } from '#products';
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
import { describeProduct, type Known, summarise } from './describe-product.js';
import { PeopleScan } from './people-scan.js';
import { productOf, ProductReader, type TenantProduct } from './product-reader.js';
import { CoverageQuery, ProductPeopleQuery } from './products.dto.js';
import {
  ProductPeoplePage,
  type ProductPersonSummary,
  ProductPersonView,
  ProductsList,
  ProductSummary,
  ProductView,
} from './products.views.js';
import { ToldViews } from './told-views.js';

/** How long a request may look at people, milliseconds. */
const COVERAGE_MS = 1_000;
const DEFAULT_PEOPLE = 100;

/** The products of one tenant: which are told about its people, and what they are told. */
@ApiTags('products')
@Controller('admin/v1/tenants/:slug/products')
export class ProductsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly products: ProductReader,
    private readonly people: PeopleScan,
    private readonly told: ToldViews,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
  ) {}

  @Get()
  @Requires('tenant:read')
  @ApiOperation({ summary: 'List all products, with what is so of them for this tenant' })
  @ApiOkResponse({ type: ProductsList })
  @Problems(404)
  async list(@Param('slug') slug: string): Promise<ProductsList> {
    const products = await this.products.ofTenant(slug);
    const known = await this.knownOf(slug);
    return { products: await Promise.all(products.map(async (product) => summarise(product, await known(product)))) };
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
    const known = await (await this.knownOf(slug))(product);
    if (!coverage) return describeProduct(product, known);
    const compiled = compileProfile(product.profile, product.mapping);
    const count = new CoverageCount();
    const { people, lookedAt, complete } = await this.people.over(slug, { withinMs: COVERAGE_MS }, (person) =>
      count.add(deriveView(compiled, person)),
    );
    return describeProduct(product, known, { count, extent: { people, lookedAt, complete } });
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
    summary: 'List the people who are incomplete to the product',
    description:
      'Active people who lack a required key, or have a value that does not fit. The product is told of them all the same, with the keys named.',
  })
  @ApiOkResponse({ type: ProductPeoplePage })
  @Problems(400, 404)
  async listPeople(
    @Param('slug') slug: string,
    @Param('product') id: string,
    @Query() { limit = DEFAULT_PEOPLE, cursor }: ProductPeopleQuery,
  ): Promise<ProductPeoplePage> {
    await this.products.one(slug, id);
    const { people, total, nextAfter } = await this.told.incomplete(slug, id, limit, cursor);
    const users = await this.readModels.getMany<UserDocument>(
      USERS.name,
      people.map(({ userId }) => documentId(slug, userId)),
    );
    return {
      people: people.map(({ userId, missing, problems }, i): ProductPersonSummary => {
        const userName = users[i] && attributesOf(users[i].json)['userName'];
        return { userId, userName: typeof userName === 'string' ? userName : '', missing, problems };
      }),
      total,
      ...(nextAfter !== undefined && { nextCursor: nextAfter }),
    };
  }

  @Get(':product/people/:userId')
  @Requires('tenant:read')
  @ApiOperation({
    summary: 'Read one person as the product sees them, sensitive values masked',
    description: 'Somebody who was deleted too: products keep what they know.',
  })
  @ApiOkResponse({ type: ProductPersonView })
  @Problems(404)
  async person(
    @Param('slug') slug: string,
    @Param('product') id: string,
    @Param('userId') userId: string,
  ): Promise<ProductPersonView> {
    const { profile, mapping } = await this.products.one(slug, id);
    const found = await this.told.view(slug, profile, userId);
    if (!found) throw new NotFoundException('No such person');
    const { enabled, awaitsRederivation, view } = found;
    const { active, deleted = false, mappingVersion, attributes, missing, problems } = view;
    const shown = maskKeys(compileProfile(profile, mapping), attributes);
    return {
      userId,
      enabled,
      awaitsRederivation,
      active,
      deleted,
      mappingVersion,
      attributes: shown,
      missing,
      problems,
    };
  }

  /** What is known of any of the tenant's products besides its settings. */
  private async knownOf(slug: string): Promise<(product: TenantProduct) => Promise<Known>> {
    const rederivations = await this.told.rederivations(slug);
    const people = await this.readModels.count(USERS.name, { scope: slug });
    return async ({ profile: { id }, enabled }) => ({
      rederivation: rederivations.get(id),
      completeness: enabled ? { people, incomplete: await this.told.countIncomplete(slug, id) } : undefined,
    });
  }

  private async switch(
    request: FastifyRequest,
    slug: string,
    id: string,
    type: 'EnableProduct' | 'DisableProduct',
  ): Promise<ProductSummary> {
    const profile = this.products.profile(id);
    const command = { type, product: id, enabledByDefault: profile.enabledByDefault ?? false } as const;
    const { loaded } = await this.commands.execute(new ChangeTenant(contextOf(request, slug), command));
    return summarise(productOf(loaded.state, profile));
  }
}
