import type { Filter, ReadModels } from '#read-models';
import { CONTACTS, type ContactRecord, REQUESTS, type RequestRecord } from './request-log.documents.js';

export interface RequestLogQuery {
  readonly tenant: string;
  readonly connectionId?: string | undefined;
  readonly status?: number | undefined;
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** Newest first. */
export async function listRequests(
  store: ReadModels,
  { tenant, connectionId, status, limit, cursor }: RequestLogQuery,
): Promise<{ requests: RequestRecord[]; nextCursor?: string }> {
  const filter: Filter = {
    tenant,
    ...(connectionId !== undefined && { bucket: `${tenant}/${connectionId}` }),
    ...(status !== undefined && { status }),
    ...(cursor !== undefined && { _id: { $gt: cursor } }),
  };
  const found = await store.find<RequestRecord>(REQUESTS.name, { filter, sort: { _id: 1 }, limit: limit + 1 });
  const requests = found.slice(0, limit);
  const last = requests.at(-1);
  return { requests, ...(found.length > limit && last && { nextCursor: last._id }) };
}

/** By id of the connection. */
export async function contactsOf(
  store: ReadModels,
  connectionIds: readonly string[],
): Promise<Map<string, ContactRecord>> {
  const records = await store.getMany<ContactRecord>(CONTACTS.name, connectionIds);
  return new Map(records.flatMap((record) => (record ? [[record._id, record] as const] : [])));
}
