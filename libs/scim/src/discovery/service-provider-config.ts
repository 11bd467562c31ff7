import type { JsonValue } from '../schema/schema.types.js';

const SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';

/** What the service offers; what is left out is said not to be there. */
export interface ServiceProviderOptions {
  /** Absolute, as the client used it, without a trailing slash. */
  readonly baseUrl: string;
  /** Most resources in one page; 1,000 by default. */
  readonly maxResults?: number;
  readonly bulk?: { readonly maxOperations: number; readonly maxPayloadSize: number };
  /** RFC 9865 §4; both ways of paging are there, by index unless a cursor is asked for. */
  readonly pagination?: {
    readonly defaultPageSize: number;
    readonly maxPageSize: number;
    /** Seconds. */
    readonly cursorTimeout: number;
  };
  readonly documentationUri?: string;
}

/** The answer to `GET /ServiceProviderConfig`, RFC 7643 §5. */
export function serviceProviderConfig(options: ServiceProviderOptions): { [name: string]: JsonValue } {
  const { baseUrl, maxResults = 1_000, bulk, pagination, documentationUri } = options;
  return {
    schemas: [SCHEMA],
    ...(documentationUri === undefined ? {} : { documentationUri }),
    patch: { supported: true },
    bulk: {
      supported: bulk !== undefined,
      maxOperations: bulk?.maxOperations ?? 0,
      maxPayloadSize: bulk?.maxPayloadSize ?? 0,
    },
    filter: { supported: true, maxResults },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    ...(pagination && {
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: pagination.defaultPageSize,
        maxPageSize: pagination.maxPageSize,
        cursorTimeout: pagination.cursorTimeout,
      },
    }),
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth bearer token',
        description: 'A token in the Authorization header, made in the portal or got through OAuth 2.0.',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  };
}
