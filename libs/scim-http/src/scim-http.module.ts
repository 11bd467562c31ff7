import { Aggregates, ReadYourWrites, UserNameClaims } from '#handlers';
import { READ_MODELS, type ReadModels } from '#read-models';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { BulkController } from './bulk/bulk.controller.js';
import { CurrentUsers } from './current-users.js';
import { DirectoryLists } from './directory-lists.js';
import { DiscoveryController } from './discovery.controller.js';
import { GroupsController } from './groups.controller.js';
import { SearchController } from './lists/search.controller.js';
import { MeController } from './me.controller.js';
import { ResourceRenderer } from './resource-renderer.js';
import { GroupWrites, UserWrites } from './resource-writes.js';
import { ScimErrorFilter } from './scim-error.filter.js';
import { SCIM_HTTP_OPTIONS, type ScimHttpOptions } from './scim-http.options.js';
import { TenantModels } from './tenant-models.js';
import { UsersController } from './users.controller.js';

/** SCIM 2.0 over HTTP. Expects the handlers module and the ports' tokens from global modules. */
@Module({})
export class ScimHttpModule {
  static forRoot(options: ScimHttpOptions): DynamicModule {
    return {
      module: ScimHttpModule,
      controllers: [
        UsersController,
        GroupsController,
        SearchController,
        BulkController,
        DiscoveryController,
        MeController,
      ],
      providers: [
        { provide: SCIM_HTTP_OPTIONS, useValue: options },
        UserWrites,
        GroupWrites,
        { provide: APP_FILTER, useClass: ScimErrorFilter },
        {
          provide: ResourceRenderer,
          inject: [READ_MODELS],
          useFactory: (readModels: ReadModels) => new ResourceRenderer(readModels),
        },
        {
          provide: TenantModels,
          inject: [READ_MODELS, ReadYourWrites],
          useFactory: (readModels: ReadModels, readYourWrites: ReadYourWrites) =>
            new TenantModels(readModels, readYourWrites, options.products),
        },
        {
          provide: CurrentUsers,
          inject: [Aggregates, UserNameClaims, READ_MODELS, ResourceRenderer],
          useFactory: (
            aggregates: Aggregates,
            claims: UserNameClaims,
            readModels: ReadModels,
            renderer: ResourceRenderer,
          ) => new CurrentUsers(aggregates, claims, readModels, renderer),
        },
        {
          provide: DirectoryLists,
          inject: [Aggregates, CurrentUsers, READ_MODELS, ReadYourWrites, ResourceRenderer],
          useFactory: (
            aggregates: Aggregates,
            users: CurrentUsers,
            readModels: ReadModels,
            readYourWrites: ReadYourWrites,
            renderer: ResourceRenderer,
          ) => new DirectoryLists(aggregates, users, readModels, readYourWrites, renderer, options),
        },
      ],
    };
  }
}
