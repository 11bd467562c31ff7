import type { ReadModels, WriteOperation } from '#read-models';
import { LRUCache } from 'lru-cache';
import type { CauseCode } from './causes/causes.js';
import { Contact } from './contact.js';
import { maskDetail, maskTarget } from './mask.js';
import { contactsOf, listRequests, type RequestLogQuery } from './request-log.reader.js';
import {
  bucketOf,
  CONTACTS,
  type ContactRecord,
  recordId,
  REQUESTS,
  type RequestRecord,
} from './request-log.documents.js';

/** A refused request, or one that deserves a hint, as the edge saw it: values still in it. */
export interface NotedRequest {
  readonly tenant: string;
  readonly connectionId?: string | undefined;
  readonly kind: 'refusal' | 'hint';
  readonly requestId: string;
  readonly method: string;
  /** Path and query as routes know them. */
  readonly target: string;
  readonly status: number;
  readonly scimType?: string | undefined;
  readonly detail: string;
  readonly cause: CauseCode;
}

export interface RequestLogOptions {
  readonly store: ReadModels;
  /** Requests to a tenant that there is not are noted nowhere. */
  readonly tenantExists: (tenant: string) => Promise<boolean>;
  readonly now: () => number;
  readonly log: { warn(about: object, message: string): void };
}

/** How much is kept. */
export const REQUEST_LOG_LIMITS = {
  /** Newest records of one connection. */
  perConnection: 1_000,
  /** Newest records of requests to one tenant without a token that we know. */
  strangers: 200,
  days: 30,
  /** Records taken in between two writes; more are counted only. */
  waiting: 2_000,
} as const;

/** Milliseconds. What a crash takes along is no more than what came in one of these. */
const WRITE_EVERY = 1_000;
const CONTACTS_EVERY = 5_000;
const AGE_OUT_EVERY = 3_600_000;
const PRUNE_SLACK = 50;

/**
 * Remembers, for each connection, when it was last heard of and which requests were refused and why. A request only leaves
 * a note in memory; notes are masked, written and bounded in batches on a timer.
 */
export class RequestLog {
  /** Contacts that have been quiet for longest make room; they lose nothing but which hints were given. */
  private readonly heard = new LRUCache<string, Contact>({
    max: 10_000,
    dispose: (contact) => this.retire(contact),
  });
  private readonly retired: Contact[] = [];
  private waiting: { noted: NotedRequest; at: number }[] = [];
  private passedOver = 0;
  private sequence = 0;
  private readonly timers: NodeJS.Timeout[] = [];
  /** Writes come one after another. */
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: RequestLogOptions) {}

  async start(): Promise<void> {
    const { store } = this.options;
    await store.declare(REQUESTS);
    await store.declare(CONTACTS);
    this.every(WRITE_EVERY, () => this.writeNotes());
    this.every(CONTACTS_EVERY, () => this.writeContacts());
    this.every(AGE_OUT_EVERY, () => this.ageOut());
  }

  /** The memory of one connection. Ask once per request. */
  contactOf(tenant: string, connectionId: string): Contact {
    let contact = this.heard.get(connectionId);
    if (!contact) this.heard.set(connectionId, (contact = new Contact(tenant, connectionId)));
    return contact;
  }

  note(noted: NotedRequest): void {
    const at = this.options.now();
    if (noted.kind === 'refusal' && noted.connectionId !== undefined) {
      const contact = this.contactOf(noted.tenant, noted.connectionId);
      contact.refusals++;
      contact.lastRefusal = at;
    }
    if (this.waiting.length < REQUEST_LOG_LIMITS.waiting) this.waiting.push({ noted, at });
    else this.passedOver++;
  }

  /** Everything noted so far is in the store when this resolves. */
  flush(): Promise<void> {
    return this.inTurn(async () => {
      await this.writeNotes();
      await this.writeContacts();
    });
  }

  /** The newest requests first, those of this very moment too. */
  async list(query: RequestLogQuery): Promise<{ requests: RequestRecord[]; nextCursor?: string }> {
    await this.flush();
    return listRequests(this.options.store, query);
  }

  /** When connections were last heard of, by their ids; none for one that never was. */
  async contacts(connectionIds: readonly string[]): Promise<Map<string, ContactRecord>> {
    await this.flush();
    return contactsOf(this.options.store, connectionIds);
  }

  async stop(): Promise<void> {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
    await this.flush();
  }

  private every(milliseconds: number, task: () => Promise<void>): void {
    const timer = setInterval(() => {
      this.inTurn(task).catch((error: unknown) =>
        this.options.log.warn({ err: error }, 'The request log is not written'),
      );
    }, milliseconds);
    timer.unref();
    this.timers.push(timer);
  }

  private inTurn(task: () => Promise<void>): Promise<void> {
    const turn = this.writing.then(task);
    this.writing = turn.catch(() => undefined);
    return turn;
  }

  private async writeNotes(): Promise<void> {
    const { waiting, passedOver } = this;
    if (waiting.length === 0) return;
    this.waiting = [];
    this.passedOver = 0;
    if (passedOver > 0)
      this.options.log.warn({ passedOver }, 'More requests were refused than the request log takes in');
    const known = new Map<string, boolean>();
    const operations: WriteOperation[] = [];
    const buckets = new Set<string>();
    for (const { noted, at } of waiting) {
      // Whose token we know, their tenant we know.
      const exists =
        noted.connectionId !== undefined ||
        (known.get(noted.tenant) ?? (await this.options.tenantExists(noted.tenant)));
      known.set(noted.tenant, exists);
      if (!exists) continue;
      const document = this.recordOf(noted, at);
      operations.push({ type: 'put', collection: REQUESTS.name, document });
      buckets.add(document.bucket);
    }
    if (operations.length === 0) return;
    await this.options.store.write({ operations });
    for (const bucket of buckets) await this.prune(bucket);
  }

  private recordOf(noted: NotedRequest, at: number): RequestRecord {
    const { tenant, connectionId, scimType, target, detail, requestId, ...rest } = noted;
    return {
      _id: recordId(at, this.sequence++, requestId),
      tenant,
      ...(connectionId !== undefined && { connectionId }),
      bucket: bucketOf(tenant, connectionId),
      at: new Date(at).toISOString(),
      requestId,
      ...rest,
      path: maskTarget(target),
      ...(scimType !== undefined && { scimType }),
      // A hint is made of names alone.
      detail: noted.kind === 'hint' ? detail : maskDetail(detail),
    };
  }

  private async prune(bucket: string): Promise<void> {
    const { store } = this.options;
    const { perConnection, strangers } = REQUEST_LOG_LIMITS;
    const limit = bucket.endsWith('/') ? strangers : perConnection;
    const count = await store.count(REQUESTS.name, { bucket });
    if (count <= limit + PRUNE_SLACK) return;
    await this.remove(
      await store.find<RequestRecord>(REQUESTS.name, { filter: { bucket }, sort: { _id: 1 }, skip: limit }),
    );
  }

  /** Lets go of what is older than is kept. */
  async ageOut(): Promise<void> {
    const before = new Date(this.options.now() - REQUEST_LOG_LIMITS.days * 86_400_000).toISOString();
    const query = { filter: { at: { $lt: before } }, limit: 1_000 };
    for (;;) {
      const old = await this.options.store.find<RequestRecord>(REQUESTS.name, query);
      await this.remove(old);
      if (old.length < query.limit) return;
    }
  }

  private async remove(records: readonly RequestRecord[]): Promise<void> {
    const operations = records.map(({ _id: id }) => ({ type: 'delete', collection: REQUESTS.name, id }) as const);
    if (operations.length > 0) await this.options.store.write({ operations });
  }

  private retire(contact: Contact): void {
    if (contact.isNews) this.retired.push(contact);
  }

  private async writeContacts(): Promise<void> {
    const { store } = this.options;
    const news = [...this.retired.splice(0), ...[...this.heard.values()].filter(({ isNews }) => isNews)];
    if (news.length === 0) return;
    const ids = news.map(({ connectionId }) => connectionId);
    const before = await store.getMany<ContactRecord>(CONTACTS.name, ids);
    const operations = news.map((contact, n): WriteOperation => {
      return { type: 'put', collection: CONTACTS.name, document: contactRecord(contact, before[n]) };
    });
    await store.write({ operations });
  }
}

function contactRecord(contact: Contact, before: ContactRecord | undefined): ContactRecord {
  const { requests, refusals } = contact.settle();
  const { tenant, connectionId, lastRequest, lastSuccess, lastRefusal } = contact;
  const at = (time: number, earlier: string | undefined) => (time === 0 ? earlier : new Date(time).toISOString());
  const times = {
    lastRequestAt: at(lastRequest, before?.lastRequestAt),
    lastSuccessAt: at(lastSuccess, before?.lastSuccessAt),
    lastRefusalAt: at(lastRefusal, before?.lastRefusalAt),
  };
  return {
    _id: connectionId,
    tenant,
    requests: (before?.requests ?? 0) + requests,
    refusals: (before?.refusals ?? 0) + refusals,
    ...Object.fromEntries(Object.entries(times).filter(([, time]) => time !== undefined)),
  };
}
