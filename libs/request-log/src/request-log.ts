import { randomBytes } from 'node:crypto';
import { type ReadModels, updateDocuments } from '#read-models';
import { LRUCache } from 'lru-cache';
import { bucketOf, type Series } from './calls/call-block.js';
import type { Call } from './calls/call.js';
import { CallSeries, type OpenBlock } from './calls/call-series.js';
import { CallStore, type Retention } from './calls/call-store.js';
import { type CallsPage, type CallsQuery, findCall, type FoundCall, listCalls } from './calls/find-calls.js';
import { Contact } from './contact.js';
import { settleContact } from './contact-record.js';
import { PerSecond } from './per-second.js';
import { CONTACTS, type ContactRecord, strangersOf, type StrangersRecord } from './request-log.documents.js';

/** What of successful calls is kept: with masked bodies, without, or nothing. Refusals are kept whatever it is. */
export const SUCCESS_LEVELS = ['bodies', 'summaries', 'none'] as const;
export type SuccessLevel = (typeof SUCCESS_LEVELS)[number];

export interface RequestLogOptions {
  readonly store: ReadModels;
  readonly retention: Retention;
  /** Default `bodies`. */
  readonly successes?: SuccessLevel;
  /** Requests to a tenant that there is not are noted nowhere. */
  readonly tenantExists: (tenant: string) => Promise<boolean>;
  readonly now: () => number;
  readonly log: { warn(about: object, message: string): void };
}

/** A refused request of somebody whom no connection knows. */
interface Stranger {
  readonly tenant: string;
  readonly call: Call;
}

/** What is taken in; each is far above what identity providers do, and below what would be felt. */
export const REQUEST_LOG_LIMITS = {
  /** Bodies kept of successful calls in one second: of one connection, and of all. */
  bodies: 20,
  allBodies: 250,
  /** The same of refused ones. */
  refusedBodies: 100,
  allRefusedBodies: 1_000,
  /** Refusals of strangers between two writes; more are counted only. */
  strangers: 2_000,
  /** Calls that could not be written and wait for the next try; more are let go. */
  unwritten: 50_000,
} as const;

/** Milliseconds. What a crash takes along is no more than what came in one of these. */
const WRITE_EVERY = 1_000;
const CONTACTS_EVERY = 5_000;
const AGE_OUT_EVERY = 3_600_000;

/**
 * Remembers what each connection asked for and how it was answered, and when it was last heard of. A request only leaves a
 * note of what is in memory anyway; notes are masked, packed, written and bounded in blocks, on a timer.
 */
export class RequestLog {
  /** Contacts that have been quiet for longest make room; they lose nothing but which hints were given. */
  private readonly heard = new LRUCache<string, Contact>({
    max: 10_000,
    dispose: (contact) => this.retire(contact),
  });
  private readonly retired: Contact[] = [];
  private news: CallSeries[] = [];
  private strangers: Stranger[] = [];
  private unwritten: OpenBlock[] = [];
  private passedOver = 0;
  private letGo = 0;
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly calls: CallStore;
  private readonly allBodies: PerSecond;
  private readonly allRefusedBodies = new PerSecond(REQUEST_LOG_LIMITS.allRefusedBodies);
  /** Writes come one after another. */
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: RequestLogOptions) {
    this.calls = new CallStore(options.store, options.retention, randomBytes(4).toString('hex'));
    this.allBodies = new PerSecond(this.keeps('bodies') ? REQUEST_LOG_LIMITS.allBodies : 0);
  }

  async start(): Promise<void> {
    await this.calls.start();
    await this.options.store.declare(CONTACTS);
    this.every(WRITE_EVERY, () => this.writeCalls());
    this.every(CONTACTS_EVERY, () => this.writeContacts());
    this.every(AGE_OUT_EVERY, () => this.ageOut());
  }

  /** The memory of one connection. Ask once per request. */
  contactOf(tenant: string, connectionId: string): Contact {
    let contact = this.heard.get(connectionId);
    if (!contact) this.heard.set(connectionId, (contact = this.newContact(tenant, connectionId)));
    return contact;
  }

  /** A request was refused before anybody knew whose it was. */
  refusedStranger(tenant: string, call: Call): void {
    if (this.strangers.length < REQUEST_LOG_LIMITS.strangers) this.strangers.push({ tenant, call });
    else {
      this.passedOver++;
      this.letGo++;
    }
  }

  /** Requests that were not taken in, or were let go before they could be written, since the start. */
  get lost(): number {
    return this.letGo;
  }

  /** Everything noted so far is in the store when this resolves. */
  flush(): Promise<void> {
    return this.inTurn(async () => {
      await this.writeCalls();
      await this.writeContacts();
    });
  }

  /** The newest calls first, those of this very moment too. */
  async list(query: CallsQuery): Promise<CallsPage> {
    await this.flush();
    return listCalls(this.options.store, query);
  }

  /** Everything there is on one request, the newest record first; empty: nothing is, or nothing any more. */
  async find(tenant: string, requestId: string): Promise<FoundCall[]> {
    await this.flush();
    return findCall(this.options.store, tenant, requestId);
  }

  /** When connections were last heard of, by their ids; none for one that never was. */
  async contacts(connectionIds: readonly string[]): Promise<Map<string, ContactRecord>> {
    await this.flush();
    const records = await this.options.store.getMany<ContactRecord>(CONTACTS.name, connectionIds);
    return new Map(records.flatMap((record) => (record ? [[record._id, record] as const] : [])));
  }

  /** What strangers asked of a tenant; undefined: nothing was refused to any. */
  async strangersOf(tenant: string): Promise<StrangersRecord | undefined> {
    await this.flush();
    return this.options.store.get<StrangersRecord>(CONTACTS.name, strangersOf(tenant));
  }

  /** Lets go of what is older than is kept. */
  ageOut(): Promise<void> {
    return this.calls.ageOut(this.options.now());
  }

  async stop(): Promise<void> {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
    await this.flush();
  }

  private keeps(level: SuccessLevel): boolean {
    const { successes = 'bodies' } = this.options;
    return SUCCESS_LEVELS.indexOf(successes) <= SUCCESS_LEVELS.indexOf(level);
  }

  private newContact(tenant: string, connectionId: string): Contact {
    const { bodies, refusedBodies } = REQUEST_LOG_LIMITS;
    return new Contact(tenant, connectionId, {
      successes: this.keeps('summaries') ? this.newSeries(tenant, connectionId, 'successes') : undefined,
      refusals: this.newSeries(tenant, connectionId, 'refusals'),
      bodies: [new PerSecond(bodies), this.allBodies],
      refusedBodies: [new PerSecond(refusedBodies), this.allRefusedBodies],
    });
  }

  private newSeries(tenant: string, connectionId: string, series: Series): CallSeries {
    return new CallSeries(
      { tenant, connectionId, bucket: bucketOf(tenant, connectionId), series },
      { hasNews: (some) => this.news.push(some), isFull: (some) => setImmediate(() => some.digest()) },
    );
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

  private async writeCalls(): Promise<void> {
    const { news, passedOver } = this;
    if (passedOver > 0)
      this.options.log.warn({ passedOver }, 'More requests were refused than the request log takes in');
    this.passedOver = 0;
    this.news = [];
    const strangers = await this.takeStrangers();
    const blocks = [...this.unwritten, ...[...news, ...strangers.keys()].flatMap((series) => series.take())];
    this.unwritten = [];
    if (blocks.length === 0) return;
    try {
      await this.calls.write(blocks);
    } catch (error) {
      this.keepUnwritten(blocks);
      throw error;
    }
    await this.countStrangers([...strangers.values()]);
  }

  /** What waits for the next try is bounded; of more, the oldest goes. */
  private keepUnwritten(blocks: readonly OpenBlock[]): void {
    let calls = 0;
    for (const block of [...blocks].reverse()) {
      calls += block.calls;
      if (calls > REQUEST_LOG_LIMITS.unwritten) this.letGo += block.calls;
      else this.unwritten.unshift(block);
    }
  }

  /** Of tenants that there are. */
  private async takeStrangers(): Promise<Map<CallSeries, StrangersRecord>> {
    const { strangers } = this;
    if (strangers.length === 0) return new Map();
    this.strangers = [];
    const byTenant = new Map<string, Call[]>();
    for (const { tenant, call } of strangers) {
      const calls = byTenant.get(tenant);
      if (calls) calls.push(call);
      else byTenant.set(tenant, [call]);
    }
    const taken = new Map<CallSeries, StrangersRecord>();
    for (const [tenant, calls] of byTenant) {
      const last = calls.at(-1);
      if (!last || !(await this.options.tenantExists(tenant))) continue;
      const about = { tenant, bucket: bucketOf(tenant, undefined), series: 'refusals' } as const;
      const series = new CallSeries(about, { hasNews: () => undefined, isFull: (some) => some.digest() });
      for (const call of calls) series.add(call);
      const { at, cause = 'other' } = last;
      const lastRefusalAt = new Date(at).toISOString();
      taken.set(series, { _id: strangersOf(tenant), tenant, refusals: calls.length, lastRefusalAt, cause });
    }
    return taken;
  }

  private async countStrangers(records: readonly StrangersRecord[]): Promise<void> {
    if (records.length === 0) return;
    const changes = records.map(
      (record) =>
        [
          record._id,
          (before: StrangersRecord | undefined): StrangersRecord => ({
            ...record,
            refusals: record.refusals + (before?.refusals ?? 0),
          }),
        ] as const,
    );
    await updateDocuments(this.options.store, CONTACTS.name, new Map(changes));
  }

  private retire(contact: Contact): void {
    if (contact.isNews) this.retired.push(contact);
  }

  private async writeContacts(): Promise<void> {
    const news = [...this.retired.splice(0), ...[...this.heard.values()].filter(({ isNews }) => isNews)];
    if (news.length === 0) return;
    const changes = new Map<string, (before: ContactRecord | undefined) => ContactRecord>();
    for (const contact of news) {
      const { connectionId } = contact;
      const [earlier, change] = [changes.get(connectionId), settleContact(contact)];
      // One that has made room may have come again since.
      changes.set(connectionId, earlier ? (before) => change(earlier(before)) : change);
    }
    await updateDocuments(this.options.store, CONTACTS.name, changes);
  }
}
