import { hashToken } from '#access';
import { OTHER_ERRORS } from '#scim-http';
import { type DynamicModule, Module } from '@nestjs/common';
import { ADMIN_KEY_HASH, AdminKeyGuard } from './admin-key.guard.js';
import { EventsController } from './events.controller.js';
import { IdpPresetsController } from './idp-presets.controller.js';
import { RequestsController } from './requests.controller.js';
import { ProblemFilter } from './problem.filter.js';
import { TenantsController } from './tenants.controller.js';
import { TokensController } from './tokens.controller.js';

/** The admin API. Expects the handlers module and the ports' tokens from global modules. */
@Module({})
export class AdminHttpModule {
  static forRoot({ adminKey }: { readonly adminKey: string }): DynamicModule {
    return {
      module: AdminHttpModule,
      global: true,
      controllers: [TenantsController, TokensController, EventsController, IdpPresetsController, RequestsController],
      providers: [
        { provide: ADMIN_KEY_HASH, useValue: hashToken(adminKey) },
        AdminKeyGuard,
        { provide: OTHER_ERRORS, useClass: ProblemFilter },
      ],
      exports: [ADMIN_KEY_HASH, AdminKeyGuard, OTHER_ERRORS],
    };
  }
}
