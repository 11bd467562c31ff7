import { Controller, Delete, Get, NotFoundException, Patch, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DirectoryLists, type ListAudience } from '../directory-lists.js';
import { projectorOf } from '../projector-of.js';
import type { Audience } from '../resource-renderer.js';
import { type ScimQuery, type ScimRequest, sendScim } from '../scim-request.js';
import { GROUP_TYPE, type ListedType, USER_TYPE } from './listed-type.js';
import { parseSearchRequest } from './search-request.dto.js';

type SearchRequest = ScimRequest & { query: ScimQuery };

const BY_TYPE = ['Users/.search', 'Groups/.search'];

/** Lists over all resource types, and lists asked for by POST (RFC 7644 §3.4.2.1 and §3.4.3). */
@Controller('scim/v2/:tenant')
export class SearchController {
  constructor(private readonly lists: DirectoryLists) {}

  @Get()
  async listEverything(@Req() request: SearchRequest, @Res() reply: FastifyReply): Promise<void> {
    sendScim(reply, 200, await this.lists.everything(everybody(request, request.query), request.query));
  }

  @Post('.search')
  async searchEverything(@Req() request: SearchRequest, @Res() reply: FastifyReply): Promise<void> {
    const query = parseSearchRequest(request.body);
    sendScim(reply, 200, await this.lists.everything(everybody(request, query), query));
  }

  @Post('Users/.search')
  async searchUsers(@Req() request: SearchRequest, @Res() reply: FastifyReply): Promise<void> {
    const query = parseSearchRequest(request.body);
    sendScim(reply, 200, await this.lists.users(audience(request, query, USER_TYPE), query));
  }

  @Post('Groups/.search')
  async searchGroups(@Req() request: SearchRequest, @Res() reply: FastifyReply): Promise<void> {
    const query = parseSearchRequest(request.body);
    sendScim(reply, 200, await this.lists.groups(audience(request, query, GROUP_TYPE), query));
  }

  // Taken by other methods, the word would stand where ids stand, and the answer would be that there is no such resource.
  @Get(BY_TYPE)
  refuseGet(): never {
    throw new NotFoundException();
  }

  @Put(BY_TYPE)
  refusePut(): never {
    throw new NotFoundException();
  }

  @Patch(BY_TYPE)
  refusePatch(): never {
    throw new NotFoundException();
  }

  @Delete(BY_TYPE)
  refuseDelete(): never {
    throw new NotFoundException();
  }
}

function audience({ scim: { tenant, baseUrl, caller } }: ScimRequest, query: ScimQuery, type: ListedType): Audience {
  return {
    tenant,
    baseUrl,
    projector: projectorOf(type.model, query),
    tolerances: caller?.tolerances,
    settings: caller?.settings,
  };
}

const everybody = (request: ScimRequest, query: ScimQuery): ListAudience =>
  new Map([USER_TYPE, GROUP_TYPE].map((type) => [type, audience(request, query, type)]));
