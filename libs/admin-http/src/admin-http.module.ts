import { AdminDirectory, hashToken } from '#access';
import { ReadYourWrites } from '#handlers';
import type { ProductProfile } from '#products';
import { READ_MODELS, type ReadModels } from '#read-models';
import { OTHER_ERRORS, type PageSizes } from '#scim-http';
import { type DynamicModule, Module } from '@nestjs/common';
import { ADMIN_DIRECTORY, ADMIN_KEY_HASH, AdminGuard } from './access/admin.guard.js';
import { ADMIN_LIMITS, AdminLimits, type AdminLimitsOptions } from './access/admin-limits.js';
import { RouteCheck } from './access/route-check.js';
import { ActivityController } from './activity/activity.controller.js';
import { EventsController } from './activity/events.controller.js';
import { AdminsController } from './admins/admins.controller.js';
import { SelfController } from './admins/self.controller.js';
import { ConnectionReader } from './connections/connection-reader.js';
import { ConnectionsController } from './connections/connections.controller.js';
import { OAuthClientsController } from './connections/oauth-clients.controller.js';
import { TokensController } from './connections/tokens.controller.js';
import { DEPROVISIONING_LATE_MS, DeprovisioningsController } from './deprovisionings/deprovisionings.controller.js';
import { HoldsController } from './guard/holds.controller.js';
import { IdpPresetsController } from './idp-presets.controller.js';
import { ProblemFilter } from './problem.filter.js';
import { AttributesController } from './products/attributes.controller.js';
import { MappingController } from './products/mapping.controller.js';
import { PeopleScan } from './products/people-scan.js';
import { ProductReader, PRODUCTS } from './products/product-reader.js';
import { ProductsController } from './products/products.controller.js';

import { RolesController } from './products/roles.controller.js';
import { ToldViews } from './products/told-views.js';
import { RequestsController } from './requests/requests.controller.js';
import { PAGE_SIZES, SettingsController } from './tenants/settings.controller.js';
import { SCIM_ADDRESSES, type ScimAddresses } from './tenants/scim-base-url.js';
import { TenantReader } from './tenants/tenant-reader.js';
import { TenantsController } from './tenants/tenants.controller.js';

export interface AdminHttpOptions {
  /** Opens everything, for an operator who needs no record. */
  readonly adminKey: string;
  /** The installation's, within which tenants choose. */
  readonly page: PageSizes;
  readonly products: readonly ProductProfile[];
  /** Absent: nothing is limited. */
  readonly limits?: AdminLimitsOptions;
  /** Where SCIM is served; absent: where the admin API is asked. */
  readonly addresses?: ScimAddresses;
  /** How long products may take to block a leaver before that counts as late, ms; default a minute. */
  readonly deprovisioningLateMs?: number | undefined;
}

/**
 * The admin API. Expects the handlers module and the ports' tokens from global modules. Every route says what it requires
 * with `@Requires`; with one that says nothing the app does not start.
 */
@Module({})
export class AdminHttpModule {
  static forRoot({
    adminKey,
    page,
    products,
    limits,
    addresses = {},
    deprovisioningLateMs = 60_000,
  }: AdminHttpOptions): DynamicModule {
    return {
      module: AdminHttpModule,
      global: true,
      controllers: [
        TenantsController,
        SettingsController,
        ConnectionsController,
        TokensController,
        ProductsController,
        MappingController,
        RolesController,
        AttributesController,
        OAuthClientsController,
        EventsController,
        RequestsController,
        ActivityController,
        AdminsController,
        SelfController,
        IdpPresetsController,
        DeprovisioningsController,
        HoldsController,
      ],
      providers: [
        { provide: ADMIN_KEY_HASH, useValue: hashToken(adminKey) },
        { provide: PAGE_SIZES, useValue: page },
        { provide: ADMIN_LIMITS, useValue: limits && new AdminLimits(limits) },
        { provide: PRODUCTS, useValue: products },
        { provide: SCIM_ADDRESSES, useValue: addresses },
        { provide: DEPROVISIONING_LATE_MS, useValue: deprovisioningLateMs },
        {
          provide: ADMIN_DIRECTORY,
          inject: [READ_MODELS, ReadYourWrites],
          useFactory: (readModels: ReadModels, readYourWrites: ReadYourWrites) =>
            new AdminDirectory(readModels, Date.now, () => readYourWrites.requireCurrent()),
        },
        TenantReader,
        ConnectionReader,
        ProductReader,
        ToldViews,
        PeopleScan,
        AdminGuard,
        RouteCheck,
        { provide: OTHER_ERRORS, useClass: ProblemFilter },
      ],
      exports: [ADMIN_KEY_HASH, ADMIN_LIMITS, ADMIN_DIRECTORY, AdminGuard, TenantReader, OTHER_ERRORS],
    };
  }
}
