import type { GroupReference, RoleRule, TenantCommand } from '#domain';
import { ChangeTenant } from '#handlers';
import { checkRoleRules, type ProductProfile } from '#products';
import { invalidField, InvalidFields } from '#scim-http';
import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { contextOf } from '../access/acting-admin.js';
import { Requires } from '../access/requires.decorator.js';
import { Problems } from '../openapi/problem.js';
import { WholeNumberPipe } from '../openapi/whole-number.pipe.js';
import { describeVersion, RolesVersionsList, RolesView, savedNow, UNSAVED } from './mapping.views.js';
import { productOf, ProductReader } from './product-reader.js';
import { type GroupDto, RestoreVersionDto, type RoleRuleDto, SaveRolesDto, VersionsQuery } from './products.dto.js';

const DEFAULT_VERSIONS = 20;

/** Which groups of the identity provider are which roles of a product. */
@ApiTags('products')
@Controller('admin/v1/tenants/:slug/products/:product/roles')
export class RolesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly products: ProductReader,
  ) {}

  @Get()
  @Requires('tenant:read')
  @ApiOperation({ summary: 'Read the role mapping in force' })
  @ApiOkResponse({ type: RolesView })
  @Problems(404)
  async read(@Param('slug') slug: string, @Param('product') id: string): Promise<RolesView> {
    const { settings } = await this.products.one(slug, id);
    const { roles } = settings;
    if (!roles) return { ...UNSAVED, rules: [] };
    const found = await this.products.version(slug, id, 'roles', roles.version);
    return { ...describeVersion(found), rules: roles.rules };
  }

  @Put()
  @Requires('tenant:change')
  @ApiOperation({
    summary: 'Save a role mapping',
    description:
      'Every rule at once, as one version. Roles follow the groups from then on, nested ones included; what a role may do is the product’s own business.',
  })
  @ApiOkResponse({ type: RolesView })
  @Problems(400, 404, 409)
  async save(
    @Param('slug') slug: string,
    @Param('product') id: string,
    @Body() { rules, basedOn }: SaveRolesDto,
    @Req() request: FastifyRequest,
  ): Promise<RolesView> {
    const sound = soundRules(this.products.profile(id), rules.map(ruleOf));
    return this.saved(request, slug, { type: 'ChangeRoleMapping', product: id, rules: sound, basedOn });
  }

  @Get('versions')
  @Requires('tenant:read')
  @ApiOperation({ summary: 'List the versions of a role mapping, with who saved them' })
  @ApiOkResponse({ type: RolesVersionsList })
  @Problems(400, 404)
  async versions(
    @Param('slug') slug: string,
    @Param('product') id: string,
    @Query() { limit = DEFAULT_VERSIONS, before }: VersionsQuery,
  ): Promise<RolesVersionsList> {
    await this.products.one(slug, id);
    const found = await this.products.versions(slug, id, 'roles', { limit, before });
    return { versions: found.map((one) => ({ ...describeVersion(one), rules: one.rules ?? [] })) };
  }

  @Post('versions/:version/restore')
  @HttpCode(200)
  @Requires('tenant:change')
  @ApiOperation({
    summary: 'Bring an earlier version back, as a new one',
    description: 'Version 0 is no rules at all.',
  })
  @ApiOkResponse({ type: RolesView })
  @Problems(400, 404, 409)
  async restore(
    @Param('slug') slug: string,
    @Param('product') id: string,
    @Param('version', WholeNumberPipe) version: number,
    @Body() { basedOn }: RestoreVersionDto,
    @Req() request: FastifyRequest,
  ): Promise<RolesView> {
    const { profile } = await this.products.one(slug, id);
    const { rules = [] } = version === 0 ? {} : await this.products.version(slug, id, 'roles', version);
    const sound = soundRules(profile, rules);
    const command = { type: 'ChangeRoleMapping', product: id, rules: sound, basedOn, restores: version } as const;
    return this.saved(request, slug, command);
  }

  private async saved(
    request: FastifyRequest,
    slug: string,
    command: TenantCommand & { type: 'ChangeRoleMapping' },
  ): Promise<RolesView> {
    const { loaded, position } = await this.commands.execute(new ChangeTenant(contextOf(request, slug), command));
    const { roles } = productOf(loaded.state, this.products.profile(command.product)).settings;
    const { restores } = command;
    return {
      version: roles?.version ?? 0,
      ...savedNow(request, roles?.changedAt, position),
      ...(position !== undefined && restores !== undefined && { restores }),
      rules: roles?.rules ?? [],
    };
  }
}

/** Only what was said: a member left out is no way of naming a group. */
const ruleOf = ({ group, role }: RoleRuleDto): RoleRule => ({ group: referenceOf(group), role });

function referenceOf(group: GroupDto): GroupReference {
  const named = Object.entries(group).filter(([, name]) => name !== undefined && name !== null);
  return Object.fromEntries(named) as GroupReference;
}

/** @throws InvalidFields with a fault for each rule that cannot be */
function soundRules(profile: ProductProfile, rules: readonly RoleRule[]): readonly RoleRule[] {
  const faults = checkRoleRules(profile, rules);
  if (faults.length === 0) return rules;
  throw new InvalidFields(
    faults.map(({ line, field = 'group', fault }) =>
      line === undefined
        ? invalidField(['rules'], fault)
        : invalidField(['rules', String(line), field], `Rule ${line + 1}: ${fault}`),
    ),
  );
}
