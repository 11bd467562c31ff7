import type { TenantSettings } from '#domain';
import type { ActingAdmin, EventMetadata } from '#event-store';
import type { Tolerances } from '#scim';

/**
 * On whose behalf a command runs; but for `tolerances` and `settings`, it becomes the metadata of every event the command
 * causes.
 */
export interface RequestContext {
  readonly tenant: string;
  readonly connection?: string;
  readonly credential?: string;
  readonly idp?: string;
  readonly actor?: string;
  readonly admin?: ActingAdmin;
  /** What the caller may write that RFC 7644 does not have. */
  readonly tolerances?: Tolerances;
  /** How the caller's tenant wants to be served. */
  readonly settings?: TenantSettings;
  readonly correlationId: string;
  /** Event or request that caused this command; default the request itself. */
  readonly causationId?: string;
  /** What its trace goes on from, `traceparent` of W3C Trace Context. */
  readonly traceparent?: string | undefined;
}

/** Version of the event shapes written today; older ones are read through upcasters. */
export const EVENT_SCHEMA_VERSION = 1;

let last: { readonly context: RequestContext; readonly metadata: EventMetadata } | undefined;

/** What a request causes in one instant shares one object, which stores then write out once. */
export function metadataOf(context: RequestContext, occurredAt: string): EventMetadata {
  if (last?.context !== context || last.metadata.occurredAt !== occurredAt) {
    last = { context, metadata: newMetadata(context, occurredAt) };
  }
  return last.metadata;
}

function newMetadata(context: RequestContext, occurredAt: string): EventMetadata {
  const { tenant, connection, credential, idp, actor, admin, traceparent } = context;
  const { correlationId, causationId = correlationId } = context;
  const metadata: { -readonly [Name in keyof EventMetadata]: EventMetadata[Name] } = {
    tenant,
    correlationId,
    causationId,
    occurredAt,
    schemaVersion: EVENT_SCHEMA_VERSION,
  };
  if (connection) metadata.connection = connection;
  if (credential) metadata.credential = credential;
  if (idp) metadata.idp = idp;
  if (actor) metadata.actor = actor;
  if (admin) metadata.admin = admin;
  if (traceparent) metadata.traceparent = traceparent;
  return metadata;
}
