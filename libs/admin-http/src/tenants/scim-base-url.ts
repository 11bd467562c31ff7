import { originOf } from '#scim-http';
import type { FastifyRequest } from 'fastify';

/** What identity providers of the tenant are given as the base URL. */
export const scimBaseUrl = (request: FastifyRequest, slug: string): string => `${originOf(request)}/scim/v2/${slug}`;
