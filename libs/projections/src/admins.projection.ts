import {
  absentAdmin,
  type Admin,
  ADMIN_STREAMS,
  type AdminEvent,
  type AdminRole,
  evolveAdmin,
  type Fact,
  parseStream,
} from '#domain';
import type { CollectionDefinition, Document } from '#read-models';
import type { Projection } from './projection.js';

/** An admin of the installation; one who was revoked stays, without a key. `_id` is the admin's id. */
export interface AdminDocument extends Document {
  readonly name: string;
  readonly role: AdminRole;
  /** Slugs; absent: all tenants. */
  readonly tenants?: readonly string[];
  readonly status: 'active' | 'revoked';
  readonly appointedAt: string;
  readonly revokedAt?: string;
  /** SHA-256 of the key, lower-case hex; absent where there is none that counts. */
  readonly keyHash?: string;
  readonly lastFour?: string;
  readonly keyIssuedAt?: string;
  /** Of the key; absent: never. */
  readonly expiresAt?: string;
}

export const ADMINS: CollectionDefinition = {
  name: 'admins',
  indexes: [{ name: 'keyHash', fields: ['keyHash'] }],
};

/** Who administers the installation, for the admin API and for those who check keys. */
export const admins: Projection = {
  name: 'admins',
  collections: [ADMINS],
  streamPrefixes: [ADMIN_STREAMS],
  touches: (event) => [{ collection: ADMINS.name, id: parseStream(event.stream).tenant }],
  apply(document, event, { id }) {
    const fact = event as unknown as Fact<AdminEvent>;
    const before = document as AdminDocument | undefined;
    if (!before && fact.type !== 'AdminAppointed') return undefined;
    const admin = evolveAdmin(before ? adminOf(before) : absentAdmin, fact);
    const { name, mandate, key, appointedAt } = admin;
    const common = { _id: id, name, ...mandate, appointedAt };
    if (admin.status !== 'active') {
      return { ...common, status: 'revoked', revokedAt: fact.metadata.occurredAt } satisfies AdminDocument;
    }
    const { issuedAt: keyIssuedAt, ...issued } = key ?? {};
    return { ...common, status: 'active', ...issued, ...(keyIssuedAt && { keyIssuedAt }) } as AdminDocument;
  },
};

function adminOf(document: AdminDocument): Admin {
  const { _id: id, name, role, tenants, status, appointedAt, keyHash, lastFour, keyIssuedAt, expiresAt } = document;
  const mandate = tenants ? { role, tenants } : { role };
  const admin = { status, id, name, mandate, appointedAt };
  if (keyHash === undefined || lastFour === undefined || keyIssuedAt === undefined) return admin;
  return { ...admin, key: { keyHash, lastFour, issuedAt: keyIssuedAt, ...(expiresAt && { expiresAt }) } };
}
