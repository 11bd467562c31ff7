import { ADMIN_STREAMS, parseStream, TENANT_STREAMS } from '#domain';
import type { CollectionDefinition, Document } from '#read-models';
import type { ProjectedEvent, Projection } from './projection.js';

/** A change of settings or of admins, as a list of activity shows it; `_id` is its place in the log, with leading zeros. */
export interface ActivityDocument extends Document {
  /** The same for all, so that an index holds everything in order. */
  readonly scope: 'installation';
  /** Empty where it is about the installation. */
  readonly tenant: string;
  /** The admin who did it; absent: a part of the system did. */
  readonly adminId?: string;
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  /** Without hashes of secrets. */
  readonly data: object;
  readonly metadata: object;
}

export const ACTIVITY: CollectionDefinition = {
  name: 'activity',
  indexes: [
    { name: 'scope', fields: ['scope', '_id'] },
    { name: 'tenant', fields: ['tenant', '_id'] },
    { name: 'admin', fields: ['adminId', '_id'] },
  ],
};

const POSITION_DIGITS = 20;

/** Order of ids is order of the log. */
export const activityId = (position: bigint): string => String(position).padStart(POSITION_DIGITS, '0');

/** Who changed what in the installation, found without reading the log of everybody's people. */
export const activity: Projection = {
  name: 'activity',
  collections: [ACTIVITY],
  streamPrefixes: [TENANT_STREAMS, ADMIN_STREAMS],
  touches: (event) => [{ collection: ACTIVITY.name, put: documentOf(event) }],
  apply: (document) => document,
};

function documentOf({ position, type, stream, revision, data, metadata }: ProjectedEvent): ActivityDocument {
  const { admin } = metadata as { readonly admin?: { readonly id: string } };
  return {
    _id: activityId(position),
    scope: 'installation',
    tenant: stream.startsWith(TENANT_STREAMS) ? parseStream(stream).tenant : '',
    ...(admin && { adminId: admin.id }),
    type,
    stream,
    revision,
    data: withoutHashes(data),
    metadata,
  };
}

/** A hash is no secret that one could use, but nobody needs to see it either. */
export function withoutHashes(data: object): object {
  return Object.fromEntries(Object.entries(data).filter(([name]) => !name.endsWith('Hash')));
}
