import type { ReadYourWrites } from '#handlers';
import { declaredSchemas, type ProductProfile } from '#products';
import { type LearnedSchemas, TENANT_SCHEMAS, tenantSchemasId, type TenantSchemasDocument } from '#projections';
import type { ReadModels } from '#read-models';
import { groupModel, type ResourceModel, type SchemaShape, userModel, widenModel } from '#scim';

const INCOMPLETE = 'There are more of these than are declared; they are kept and given back all the same.';

/** What a tenant's users and groups may hold: the RFCs' schemas, what products read, and what has been carried so far. */
export class TenantModels {
  private readonly declared: readonly SchemaShape[];

  constructor(
    private readonly readModels: ReadModels,
    private readonly readYourWrites: ReadYourWrites,
    products: readonly ProductProfile[],
  ) {
    this.declared = declaredSchemas(products);
  }

  /**
   * Model of users, then that of groups; for discovery, which may cost a little. Where the read model stays behind, what
   * came last is not declared yet: a client can connect all the same.
   */
  async of(tenant: string): Promise<readonly ResourceModel[]> {
    await this.readYourWrites.catchUp();
    const ids = [tenantSchemasId(tenant, 'User'), tenantSchemasId(tenant, 'Group')];
    const [users, groups] = await this.readModels.getMany<TenantSchemasDocument>(TENANT_SCHEMAS.name, ids);
    return [
      widenModel(userModel, [...this.declared, ...learnedShapes(users)]),
      widenModel(groupModel, learnedShapes(groups)),
    ];
  }
}

function learnedShapes(learned: LearnedSchemas | undefined): readonly SchemaShape[] {
  if (!learned || learned.complete) return learned?.schemas ?? [];
  return learned.schemas.map((schema) => ({ ...schema, description: INCOMPLETE }));
}
