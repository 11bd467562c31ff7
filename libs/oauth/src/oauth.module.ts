import { CREDENTIAL_DIRECTORY, type CredentialDirectory, GRANT_STORE, type GrantStore } from '#access';
import { type Logger, LOGGER } from '#telemetry';
import { type DynamicModule, Module } from '@nestjs/common';
import { Attempts } from './attempts.js';
import { AuthorizeController } from './authorize.controller.js';
import { ClientAddresses } from './client-addresses.js';
import { MetadataController } from './metadata.controller.js';
import { OAuthModel } from './oauth-model.js';
import { OAuthServer } from './oauth-server.js';
import { SignedState } from './signed-state.js';
import { TokenController } from './token.controller.js';

export interface OAuthOptions {
  /** What the pages are signed with, at least 32 characters; gateways that share it go on with each other's. */
  readonly key: string;
  /** Whose proxy headers count, see `compileTrust`; undefined: nobody's. */
  readonly trustedProxies?: string | undefined;
}

/** OAuth 2 for connections. Expects the handlers module and the ports' tokens from global modules. */
@Module({})
export class OAuthModule {
  static forRoot({ key, trustedProxies }: OAuthOptions): DynamicModule {
    return {
      module: OAuthModule,
      controllers: [AuthorizeController, TokenController, MetadataController],
      providers: [
        Attempts,
        { provide: SignedState, useFactory: () => new SignedState(key) },
        { provide: ClientAddresses, useFactory: () => new ClientAddresses(trustedProxies) },
        {
          provide: OAuthModel,
          inject: [CREDENTIAL_DIRECTORY, GRANT_STORE, LOGGER],
          useFactory: (directory: CredentialDirectory, grants: GrantStore, logger: Logger) =>
            new OAuthModel({ directory, grants, logger, now: Date.now }),
        },
        { provide: OAuthServer, inject: [OAuthModel], useFactory: (model: OAuthModel) => new OAuthServer(model) },
      ],
    };
  }
}
