import { SCOPES } from '#domain';
import { originOf } from '#scim-http';
import { Controller, Get, Header, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

const CLIENT_AUTHENTICATION = ['client_secret_basic', 'client_secret_post'];

/** RFC 8414: the same for every tenant; a client's id tells whom it speaks for. */
@ApiExcludeController()
@Controller('.well-known/oauth-authorization-server')
export class MetadataController {
  @Get()
  @Header('cache-control', 'public, max-age=300')
  read(@Req() request: FastifyRequest): object {
    const issuer = originOf(request);
    return {
      issuer,
      ...endpointsAt(issuer),
      scopes_supported: SCOPES,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
      revocation_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
      code_challenge_methods_supported: ['S256'],
    };
  }
}

/** @param origin as clients see us */
export const endpointsAt = (origin: string) => ({
  authorization_endpoint: `${origin}/oauth/authorize`,
  token_endpoint: `${origin}/oauth/token`,
  revocation_endpoint: `${origin}/oauth/revoke`,
});
