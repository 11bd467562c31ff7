import type { Contact } from './contact.js';
import type { ContactRecord } from './request-log.documents.js';

/** What stands in the store of a connection from now on. @param before what stood there */
export function contactRecord(contact: Contact, before: ContactRecord | undefined): ContactRecord {
  const { requests, refusals, readSucceeded, changeSucceeded } = contact.settle();
  const { tenant, connectionId, lastRequest, lastSuccess, lastRefusal } = contact;
  const at = (time: number, earlier: string | undefined) => (time === 0 ? earlier : new Date(time).toISOString());
  const optional = {
    lastRequestAt: at(lastRequest, before?.lastRequestAt),
    lastSuccessAt: at(lastSuccess, before?.lastSuccessAt),
    lastRefusalAt: at(lastRefusal, before?.lastRefusalAt),
    reads: contact.reads.settle(before?.reads, changeSucceeded),
    changes: contact.changes.settle(before?.changes, readSucceeded),
  };
  return {
    _id: connectionId,
    tenant,
    requests: (before?.requests ?? 0) + requests,
    refusals: (before?.refusals ?? 0) + refusals,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}
