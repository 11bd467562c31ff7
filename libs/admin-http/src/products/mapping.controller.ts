import type { AttributeOverride, TenantCommand } from '#domain';
import { ChangeTenant } from '#handlers';
import { checkOverrides, MappingPreview, type ProductProfile, unseenLines } from '#products';
import type { MappingVersionDocument } from '#projections';
import { invalidField, InvalidFields } from '#scim-http';
import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { contextOf } from '../access/acting-admin.js';
import { Requires } from '../access/requires.decorator.js';
import { Problems } from '../openapi/problem.js';
import { WholeNumberPipe } from '../openapi/whole-number.pipe.js';
import {
  describeVersion,
  MappingVersionsList,
  type MappingVersionView,
  MappingView,
  PreviewView,
  savedNow,
  UNSAVED,
  type VersionHead,
  type WarningView,
} from './mapping.views.js';
import { PeopleScan } from './people-scan.js';
import { productOf, ProductReader, type TenantProduct } from './product-reader.js';
import { PreviewMappingDto, RestoreVersionDto, SaveMappingDto, VersionsQuery } from './products.dto.js';

/** How long a preview may look at people, milliseconds. */
const PREVIEW_MS = 10_000;
const DEFAULT_VERSIONS = 20;

/** Where a tenant's identity provider sends what a product wants to know, when it is another place than usual. */
@ApiTags('products')
@Controller('admin/v1/tenants/:slug/products/:product/mapping')
export class MappingController {
  constructor(
    private readonly commands: CommandBus,
    private readonly products: ProductReader,
    private readonly people: PeopleScan,
  ) {}

  @Get()
  @Requires('tenant:read')
  @ApiOperation({ summary: 'Read the attribute mapping in force' })
  @ApiOkResponse({ type: MappingView })
  @Problems(404)
  async read(@Param('slug') slug: string, @Param('product') id: string): Promise<MappingView> {
    const product = await this.products.one(slug, id);
    const { mapping } = product;
    const head = mapping
      ? describeVersion(await this.products.version(slug, id, 'attributes', mapping.version))
      : UNSAVED;
    return this.describe(slug, product, head);
  }

  @Put()
  @Requires('tenant:change')
  @ApiOperation({
    summary: 'Save an attribute mapping',
    description:
      'Every line at once, as one version. All faults are told together, each with its line; then nothing is saved. Everybody’s view is derived anew, and the product is told of those that differ.',
  })
  @ApiOkResponse({ type: MappingView })
  @Problems(400, 404, 409)
  async save(
    @Param('slug') slug: string,
    @Param('product') id: string,
    @Body() { overrides, basedOn }: SaveMappingDto,
    @Req() request: FastifyRequest,
  ): Promise<MappingView> {
    const lines = soundLines(this.products.profile(id), overrides);
    const command = { type: 'ChangeAttributeMapping', product: id, overrides: lines, basedOn } as const;
    return this.saved(request, slug, command);
  }

  @Post('preview')
  @HttpCode(200)
  @Requires('mapping:preview')
  @ApiOperation({
    summary: 'Show what an attribute mapping would do, without saving it',
    description:
      'Looks at the tenant’s own people for up to ten seconds; `lookedAt` and `complete` tell whether that was enough for all. Those whom the identity provider has deleted count too: products keep what they know of them.',
  })
  @ApiOkResponse({ type: PreviewView })
  @Problems(400, 404)
  async preview(
    @Param('slug') slug: string,
    @Param('product') id: string,
    @Body() { overrides }: PreviewMappingDto,
  ): Promise<PreviewView> {
    const { profile, mapping } = await this.products.one(slug, id);
    const lines = soundLines(profile, overrides);
    const basedOn = mapping?.version ?? 0;
    const proposed = { product: id, version: basedOn + 1, overrides: lines };
    const preview = new MappingPreview(profile, mapping, proposed);
    const everybody = { withinMs: PREVIEW_MS, withDeleted: true };
    const { people, lookedAt, complete } = await this.people.over(slug, everybody, (person) => preview.add(person));
    const { people: _lookedAt, ...result } = preview.result();
    const warnings = await this.warnings(slug, profile, lines);
    return { basedOn, people, lookedAt, complete, ...result, warnings };
  }

  @Get('versions')
  @Requires('tenant:read')
  @ApiOperation({ summary: 'List the versions of an attribute mapping, with who saved them' })
  @ApiOkResponse({ type: MappingVersionsList })
  @Problems(400, 404)
  async versions(
    @Param('slug') slug: string,
    @Param('product') id: string,
    @Query() { limit = DEFAULT_VERSIONS, before }: VersionsQuery,
  ): Promise<MappingVersionsList> {
    await this.products.one(slug, id);
    const found = await this.products.versions(slug, id, 'attributes', { limit, before });
    return { versions: found.map(describe) };
  }

  @Post('versions/:version/restore')
  @HttpCode(200)
  @Requires('tenant:change')
  @ApiOperation({
    summary: 'Bring an earlier version back, as a new one',
    description: 'Version 0 is the profile as it comes.',
  })
  @ApiOkResponse({ type: MappingView })
  @Problems(400, 404, 409)
  async restore(
    @Param('slug') slug: string,
    @Param('product') id: string,
    @Param('version', WholeNumberPipe) version: number,
    @Body() { basedOn }: RestoreVersionDto,
    @Req() request: FastifyRequest,
  ): Promise<MappingView> {
    const { profile } = await this.products.one(slug, id);
    const { overrides = [] } = version === 0 ? {} : await this.products.version(slug, id, 'attributes', version);
    // The profile may have changed since: what it would not take today does not come back either.
    const lines = soundLines(profile, overrides);
    const command = {
      type: 'ChangeAttributeMapping',
      product: id,
      overrides: lines,
      basedOn,
      restores: version,
    } as const;
    return this.saved(request, slug, command);
  }

  private async saved(
    request: FastifyRequest,
    slug: string,
    command: TenantCommand & { type: 'ChangeAttributeMapping' },
  ): Promise<MappingView> {
    const { loaded, position } = await this.commands.execute(new ChangeTenant(contextOf(request, slug), command));
    const product = productOf(loaded.state, this.products.profile(command.product));
    const { restores } = command;
    return this.describe(slug, product, {
      ...savedNow(request, product.settings.mapping?.changedAt, position),
      ...(position !== undefined && restores !== undefined && { restores }),
    });
  }

  private async describe(slug: string, product: TenantProduct, head: Partial<VersionHead>): Promise<MappingView> {
    const { version = 0, overrides = [] } = product.mapping ?? {};
    const warnings = await this.warnings(slug, product.profile, overrides);
    return { ...head, version, overrides, warnings };
  }

  private async warnings(
    slug: string,
    profile: ProductProfile,
    overrides: readonly AttributeOverride[],
  ): Promise<WarningView[]> {
    if (overrides.length === 0) return [];
    const { schemas } = await this.products.carried(slug);
    const mapping = { product: profile.id, version: 1, overrides };
    return unseenLines(profile, mapping, schemas).map((line) => ({
      line,
      detail: `Nobody has sent "${overrides[line]?.path ?? ''}" so far. If people were synchronised since it was added at the identity provider, check its spelling.`,
    }));
  }
}

/**
 * Lines that the profile takes.
 * @throws InvalidFields with a fault for each line that it does not
 */
function soundLines(profile: ProductProfile, overrides: readonly AttributeOverride[]): AttributeOverride[] {
  const lines = overrides.map(({ key, path }) => ({ key: key.trim(), path: path.trim() }));
  const faults = checkOverrides(profile, lines);
  if (faults.length === 0) return lines;
  throw new InvalidFields(
    faults.map(({ line = 0, field = 'key', fault }) =>
      invalidField(['overrides', String(line), field], `Line ${line + 1}: ${fault}`),
    ),
  );
}

const describe = (found: MappingVersionDocument): MappingVersionView => ({
  ...describeVersion(found),
  overrides: found.overrides ?? [],
});
