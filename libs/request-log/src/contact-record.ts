import type { Contact } from './contact.js';
import type { ContactRecord } from './request-log.documents.js';

/** Takes what is new of a contact. @returns what stands in the store from now on, after what stood there; to be called as often as needed */
export function settleContact(contact: Contact): (before: ContactRecord | undefined) => ContactRecord {
  const { requests, refusals, readSucceeded, changeSucceeded } = contact.settle();
  const { tenant, connectionId, lastRequest, lastSuccess, lastRefusal } = contact;
  const [reads, changes] = [contact.reads.settle(), contact.changes.settle()];
  const at = (time: number, earlier: string | undefined) => {
    const own = time === 0 ? undefined : new Date(time).toISOString();
    // Another process may have heard of it later.
    return own === undefined || (earlier !== undefined && earlier > own) ? earlier : own;
  };
  return (before) => {
    const optional = {
      lastRequestAt: at(lastRequest, before?.lastRequestAt),
      lastSuccessAt: at(lastSuccess, before?.lastSuccessAt),
      lastRefusalAt: at(lastRefusal, before?.lastRefusalAt),
      reads: reads(before?.reads, changeSucceeded),
      changes: changes(before?.changes, readSucceeded),
    };
    return {
      _id: connectionId,
      tenant,
      requests: (before?.requests ?? 0) + requests,
      refusals: (before?.refusals ?? 0) + refusals,
      ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    };
  };
}
