import { resourceTypes, schemas, ScimError, serviceProviderConfig } from '#scim';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { listResponse, parameter } from './list-query.js';
import { type ScimQuery, type ScimRequest, sendScim } from './scim-request.js';
import { SCIM_HTTP_OPTIONS, type ScimHttpOptions } from './scim-http.options.js';

type DiscoveryRequest = ScimRequest & { params: { id: string }; query: ScimQuery };

/** The three discovery endpoints, RFC 7644 §4. They need no token and take no filter. */
@Controller('scim/v2/:tenant')
export class DiscoveryController {
  constructor(@Inject(SCIM_HTTP_OPTIONS) private readonly options: ScimHttpOptions) {}

  @Get('ServiceProviderConfig')
  serviceProviderConfig(@Req() request: DiscoveryRequest, @Res() reply: FastifyReply): void {
    refuseFilter(request.query);
    const { baseUrl } = request.scim;
    const { page, cursors } = this.options;
    const config = serviceProviderConfig({
      baseUrl,
      maxResults: page.maxSize,
      pagination: {
        defaultPageSize: Math.min(page.defaultSize, page.maxSize),
        maxPageSize: page.maxSize,
        cursorTimeout: cursors.timeoutSeconds,
      },
    });
    sendScim(reply, 200, JSON.stringify(config));
  }

  @Get('ResourceTypes')
  listResourceTypes(@Req() request: DiscoveryRequest, @Res() reply: FastifyReply): void {
    sendList(request, reply, resourceTypes(request.scim.baseUrl));
  }

  @Get('ResourceTypes/:id')
  readResourceType(@Req() request: DiscoveryRequest, @Res() reply: FastifyReply): void {
    sendOne(request, reply, 'ResourceType', resourceTypes(request.scim.baseUrl));
  }

  @Get('Schemas')
  listSchemas(@Req() request: DiscoveryRequest, @Res() reply: FastifyReply): void {
    sendList(request, reply, schemas(request.scim.baseUrl));
  }

  @Get('Schemas/:id')
  readSchema(@Req() request: DiscoveryRequest, @Res() reply: FastifyReply): void {
    sendOne(request, reply, 'Schema', schemas(request.scim.baseUrl));
  }
}

type Discovered = ReturnType<typeof schemas>;

function sendList(request: DiscoveryRequest, reply: FastifyReply, resources: Discovered): void {
  refuseFilter(request.query);
  const texts = resources.map((resource) => JSON.stringify(resource));
  sendScim(reply, 200, listResponse(texts, { totalResults: texts.length, startIndex: 1 }));
}

function sendOne(request: DiscoveryRequest, reply: FastifyReply, kind: string, resources: Discovered): void {
  const wanted = request.params.id.toLowerCase();
  const found = resources.find(({ id }) => typeof id === 'string' && id.toLowerCase() === wanted);
  if (!found) throw new ScimError('notFound', `${kind} ${request.params.id} not found`);
  sendScim(reply, 200, JSON.stringify(found));
}

/** RFC 7644 §4: a filter on a discovery endpoint is answered 403. */
function refuseFilter(query: ScimQuery): void {
  if (parameter(query, 'filter') !== undefined) {
    throw new ScimError('forbidden', 'Discovery endpoints take no filter.');
  }
}
