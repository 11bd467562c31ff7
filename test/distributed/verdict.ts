import { isDeepStrictEqual } from 'node:util';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PeopleWords, PersonRow } from '#consumer';
import type { EventStore } from '#event-store';
import { decodeCloudEvent, type ReceivedMessage } from '#message-bus';
import {
  CHANGE_TYPES,
  compileProfile,
  deriveView,
  type ProductProfile,
  sameMessage,
  VIEW_CHANGED,
  viewMessage,
  type ViewMessage,
} from '#products';
import { PROJECTIONS } from '#projections';
import type { Document, ReadModels } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import { ProjectionRunner, SILENT } from '#subscriptions';
import { type LogFacts, type LoggedUser, statesOf } from './log-facts.js';
import type { ScimLoad } from './scim-load.js';

/** Every acknowledged write is in the log once, in the order of the acknowledgements, and nothing else is. @returns what is not so */
export function unlike(load: ScimLoad, { users, memberships, events }: LogFacts): string[] {
  const wrong: string[] = [];
  const known = new Set<string>();
  for (const { tenant, id, userName, facts } of load.ledgers) {
    known.add(`${tenant}/${id}`);
    const logged = users.get(`${tenant}/${id}`)?.facts ?? [];
    if (!isDeepStrictEqual(logged, facts))
      wrong.push(`${userName}: acknowledged ${facts.join()}; in the log ${logged.join()}`);
  }
  for (const [key, { facts }] of users) if (!known.has(key)) wrong.push(`${key}: nobody asked for ${facts.join()}`);
  for (const [key, facts] of load.memberships) {
    const logged = memberships.get(key) ?? [];
    // Whoever is deleted leaves their groups without being asked to.
    const gone = users.get(key.split('/').filter((_, i) => i !== 1).join('/'))?.facts.at(-1) === 'deprovisioned'; // prettier-ignore
    const expected = gone && facts.at(-1) === 'joined' ? [...facts, 'left'] : facts;
    if (!isDeepStrictEqual(logged, expected))
      wrong.push(`${key}: acknowledged ${expected.join()}; in the log ${logged.join()}`);
  }
  const ids = events.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) wrong.push('An event id stands in the log twice');
  return wrong;
}

/** The read models are what a rebuild from the log comes to. @returns what is not so */
export async function unlikeRebuild(models: ReadModels, rebuilt: ReadModels): Promise<string[]> {
  const wrong: string[] = [];
  for (const collection of PROJECTIONS.flatMap(({ collections }) => collections)) {
    const { name, derived } = collection;
    await models.declare(collection);
    const [is, ought] = await Promise.all(
      [models, rebuilt].map(async (each) => {
        const documents = await each.find<Document>(name, { filter: {}, sort: { _id: 1 } });
        return new Map(documents.map((document) => [document._id, without(document, derived?.name)]));
      }),
    );
    for (const id of new Set([...(is?.keys() ?? []), ...(ought?.keys() ?? [])])) {
      const [one, other] = [is?.get(id), ought?.get(id)];
      if (!isDeepStrictEqual(one, other)) wrong.push(`${name} ${id}: ${JSON.stringify(one)}; rebuilt ${JSON.stringify(other)}`); // prettier-ignore
    }
  }
  return wrong;
}

function without(document: Document, field: string | undefined): object {
  const { [field ?? '']: _, ...rest } = document as Document & Record<string, unknown>;
  return JSON.parse(JSON.stringify(rest)) as object;
}

/** Folds the whole log into read models of its own, and hands them over. */
export async function withRebuild<T>(store: EventStore, use: (models: ReadModels) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-rebuild-'));
  const models = await openLmdbReadModels({ directory, durability: 'rebuildable' });
  try {
    const runner = new ProjectionRunner({ store, models, projections: PROJECTIONS, log: SILENT });
    await runner.start();
    await runner.progress.waitFor((await store.lastPosition()) ?? -1n, 60_000);
    await runner.stop();
    return await use(models);
  } finally {
    await models[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * What a topic brought, as products receive it: of each subject every message of the log, those that come for the first time in the
 * order of the log, and any other only as a repetition.
 * @returns what is not so
 */
export function outOfOrder(messages: readonly ReceivedMessage[]): string[] {
  const wrong: string[] = [];
  const seen = new Map<string, { ids: Set<string>; position: bigint }>();
  for (const message of messages) {
    const { id, position = -1n, revision } = decodeCloudEvent(message);
    const subject = seen.get(message.key) ?? { ids: new Set<string>(), position: -1n };
    seen.set(message.key, subject);
    if (subject.ids.has(id)) continue;
    if (position <= subject.position) wrong.push(`${message.topic} ${message.key}: revision ${revision} comes behind a later one`); // prettier-ignore
    subject.ids.add(id);
    subject.position = position;
  }
  return wrong;
}

/** Every change in the log came on its topic. @returns what is not so */
export function missingChanges({ events }: LogFacts, messages: readonly ReceivedMessage[]): string[] {
  const came = new Set(messages.map((message) => decodeCloudEvent(message).id));
  return events
    .filter(({ type, id }) => type in CHANGE_TYPES && !came.has(id))
    .map(({ type, stream, revision }) => `${type} ${stream} ${revision} never came`);
}

/** The views that a product is to be told of, one after the other. */
function viewsOf(profile: ProductProfile, logged: LoggedUser) {
  const compiled = compileProfile(profile);
  const { tenant, id } = logged;
  const views: { readonly id: string; readonly time: string; readonly view: ViewMessage }[] = [];
  for (const { event, user } of statesOf(logged)) {
    const { attributes, status } = user;
    const derived = deriveView(compiled, { id, attributes, active: status === 'active' });
    const deleted = status === 'deprovisioned';
    const view = viewMessage({ tenant, userId: id, revision: event.revision, view: derived, deleted });
    const last = views.at(-1);
    if (!last || !sameMessage(last.view, view)) views.push({ id: event.id, time: event.metadata.occurredAt, view });
  }
  return views;
}

/** What a product shows of everybody is what it would have made of the log, histories included. @returns what is not so */
export async function unlikeLog<Row extends PersonRow>(
  { users }: LogFacts,
  profile: ProductProfile,
  words: PeopleWords<ViewMessage, Row>,
  ask: (target: string) => Promise<Record<string, unknown>>,
): Promise<string[]> {
  const wrong: string[] = [];
  const shown = new Map<string, object>();
  for (let cursor = ''; ;) {
    const { people, nextCursor } = await ask(`/people?limit=1000${cursor}`);
    for (const person of people as Record<string, string>[]) {
      shown.set(`${person['tenant']}/${person['user_id'] ?? person['employee']}`, person);
    }
    if (nextCursor === undefined) break;
    cursor = `&cursor=${encodeURIComponent(nextCursor as string)}`;
  }
  for (const key of shown.keys()) if (!users.has(key)) wrong.push(`${profile.id} ${key}: not in the log`);
  for (const [key, logged] of users) {
    let row: Row | undefined;
    for (const { id, time, view } of viewsOf(profile, logged)) {
      const head = {
        type: VIEW_CHANGED,
        source: '',
        subject: logged.id,
        tenant: logged.tenant,
        revision: view.revision,
      };
      row = words.keep({ ...head, key, id, time, view }, row);
    }
    if (!row) continue;
    const person = shown.get(key);
    if (!isDeepStrictEqual(person, JSON.parse(JSON.stringify(words.show(row))))) {
      wrong.push(`${profile.id} ${key}: ${JSON.stringify(person)}; by the log ${JSON.stringify(words.show(row))}`);
      continue;
    }
    const { history } = await ask(`/people/${logged.id}?tenant=${logged.tenant}`);
    if (!isDeepStrictEqual(history, JSON.parse(JSON.stringify(row.history)))) {
      wrong.push(`${profile.id} ${key}: saw ${JSON.stringify(history)}; by the log ${JSON.stringify(row.history)}`);
    }
  }
  return wrong;
}
