import type { User } from '#domain';
import type { RecordedEvent } from '#event-store';
import { CE, encodeCloudEvent, type Message, type TopicMessages, TRACEPARENT } from '#message-bus';
import { type CompiledProfile, deriveView, messageKey, VIEW_CHANGED, viewMessage, type ViewMessage } from '#products';
import { beginSpan, type TraceSpan } from '#telemetry';
import { fittingChange, fittingView } from './message-size.js';

/** Messages of one publication, topic by topic. */
export class Outbox {
  private readonly topics = new Map<string, Message[]>();
  private readonly spans: TraceSpan[] = [];
  /** What is put from now on belongs to the trace of this event. */
  private trace: { readonly event: string; readonly span: TraceSpan | undefined } | undefined;

  /** Whatever is put from now on comes of `event`. */
  begin({ type, metadata: { traceparent, tenant } }: RecordedEvent): void {
    this.trace = undefined;
    if (traceparent === undefined) return;
    const attributes = { 'rollcall.tenant': tenant, 'rollcall.event_type': type };
    const span = beginSpan('relay', { kind: 'PRODUCER', parent: traceparent, attributes });
    if (span) this.spans.push(span);
    this.trace = { event: traceparent, span };
  }

  /** All is on the bus, or has failed. */
  end(error?: unknown): void {
    for (const span of this.spans) span.end(error);
  }

  put(topic: string, plain: Message): void {
    const message = this.trace ? traced(plain, this.trace.event, this.trace.span) : plain;
    const messages = this.topics.get(topic);
    if (messages) messages.push(message);
    else this.topics.set(topic, [message]);
  }

  get batch(): TopicMessages[] {
    return [...this.topics].map(([topic, messages]) => ({ topic, messages }));
  }
}

/** CloudEvents tell of the trace that the event belongs to, Kafka's clients of whoever published. */
function traced(message: Message, event: string, span: TraceSpan | undefined): Message {
  const headers = { ...message.headers, [CE.traceparent]: event };
  return { ...message, headers: span ? { ...headers, [TRACEPARENT]: span.traceparent } : headers };
}

export interface ViewedPerson {
  readonly tenant: string;
  readonly userId: string;
  readonly revision: number;
  readonly user: User;
}

/** The view of somebody who has been provisioned at least once. */
export function viewOf(
  compiled: CompiledProfile,
  settingsVersion: number,
  { tenant, userId, revision, user }: ViewedPerson,
  rolesKey?: string,
  roles: readonly string[] = [],
): ViewMessage | undefined {
  if (user.status === 'absent') return undefined;
  const derived = deriveView(compiled, { id: userId, attributes: user.attributes, active: user.status === 'active' });
  const view =
    rolesKey === undefined || roles.length === 0
      ? derived
      : { ...derived, keys: { ...derived.keys, [rolesKey]: [...roles] } };
  return viewMessage({ tenant, userId, revision, view, settingsVersion, deleted: user.status === 'deprovisioned' });
}

/** What made a message necessary, and as of which place in the log it is true. */
export interface Cause {
  readonly id: string;
  /** UTC. */
  readonly time: string;
  readonly position: bigint;
}

export function viewChanged(cause: Cause, view: ViewMessage): Message {
  const { tenant, userId, revision } = view;
  return fittingView(view, (data) => cloudEvent(cause, { tenant, id: userId, revision, type: VIEW_CHANGED, data }));
}

/** The event as it is, with who did it: what an own copy of people and groups is built from. */
export function canonicalChange(
  event: RecordedEvent,
  { tenant, id, type, isUser }: { tenant: string; id: string; type: string; isUser: boolean },
): Message {
  const { revision, position } = event;
  const { occurredAt, correlationId, connection, idp } = event.metadata;
  const subject = isUser ? { userId: id } : { groupId: id };
  const origin = { ...(connection && { connection }), ...(idp && { idp }), correlationId };
  const head = { tenant, ...subject, revision, type: event.type, occurredAt, ...origin };
  // The text that the log holds, where it came along: it need not be written out a second time.
  const whole =
    event.dataJson === undefined
      ? { ...head, data: event.data }
      : `${JSON.stringify(head).slice(0, -1)},"data":${event.dataJson}}`;
  return fittingChange(event.data, (cut) => {
    const data = cut ? { ...head, data: cut } : whole;
    return cloudEvent({ id: event.id, time: occurredAt, position }, { tenant, id, revision, type, data });
  });
}

interface Subject {
  readonly tenant: string;
  readonly id: string;
  readonly revision: number;
  readonly type: string;
  readonly data: object | string;
}

function cloudEvent({ id: causeId, time, position }: Cause, { tenant, id, revision, type, data }: Subject): Message {
  return encodeCloudEvent({
    key: messageKey(tenant, id),
    id: causeId,
    type,
    source: `/tenants/${tenant}`,
    subject: id,
    time,
    tenant,
    revision,
    position,
    data,
  });
}
