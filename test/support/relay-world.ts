import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isNews } from '#consumer';
import { absentUser, evolveUser, type Fact, type User, tenantStream, type UserEvent, userStream } from '#domain';
import type { AppendResult, EventStore, NewEvent } from '#event-store';
import { openLmdbEventStore } from '#event-store/lmdb';
import { decodeCloudEvent, type MessageBus, type ReceivedMessage } from '#message-bus';
import { openLmdbMessageBus } from '#message-bus/lmdb';
import { type ProductProfile, productTopic, USERS_TOPIC, type ViewMessage } from '#products';
import { PROJECTIONS, userDirectory } from '#projections';
import type { Document, ReadModels } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import { ProjectionRunner, SILENT } from '#subscriptions';
import { DOUBTS, GUARDS, readRederivations, Relay, RELAY_CHECKPOINT, RELAY_COLLECTIONS, SWEEPS } from '#relay';

/** A view as it stands on a topic. */
export interface Delivered {
  readonly key: string;
  readonly id: string;
  readonly position: bigint;
  readonly view: ViewMessage;
}

/** What a product knows that takes in what is news to it. */
export function known(messages: readonly Delivered[]): Map<string, ViewMessage> {
  const seen = new Map<string, Delivered>();
  const versionOf = ({ id, position, view }: Delivered) => ({
    revision: view.revision,
    settingsVersion: view.settingsVersion,
    position,
    eventId: id,
  });
  for (const message of messages) {
    const before = seen.get(message.key);
    if (isNews(versionOf(message), before && versionOf(before))) seen.set(message.key, message);
  }
  return new Map([...seen].map(([key, { view }]) => [key, view]));
}

/** The life of one relay: at its end every engine refuses it, whatever it is doing. */
class Mortality {
  alive = true;
  /** Engine calls until death; whether the last one still has its effect is chance. */
  private left = Infinity;
  private takesEffect = false;

  dieAfter(calls: number, takesEffect: boolean): void {
    this.left = calls;
    this.takesEffect = takesEffect;
  }

  async run<T>(call: () => Promise<T>): Promise<T> {
    this.left -= 1;
    if (this.left <= 0 && this.alive) {
      this.alive = false;
      if (this.takesEffect) await call();
    }
    if (!this.alive) throw new Error('killed');
    return call();
  }
}

/** Engines, projections and a relay that can be killed, with all that it published. */
export class RelayWorld implements AsyncDisposable {
  readonly messages: ReceivedMessage[] = [];
  relay: Relay | undefined;
  /** Ids of the holds in the log, in their order. */
  readonly holds = new Set<string>();
  /** How often the relay finds the directory where it is, before each slice that asks it; from then on, at the start of the log. */
  directoryLooks = Infinity;
  /** What the relay is told of the directory's checkpoint when it has had those. */
  directoryAt = 0n;
  private directoryWaits = (): void => undefined;
  private life = new Mortality();
  private readonly revisions = new Map<string, number>();
  private readonly appends = new Map<string, Promise<unknown>>();

  private constructor(
    private readonly directory: string,
    readonly products: readonly ProductProfile[],
    readonly store: EventStore,
    readonly models: ReadModels,
    readonly bus: MessageBus,
    private readonly runner: ProjectionRunner,
  ) {}

  static async open(products: readonly ProductProfile[]): Promise<RelayWorld> {
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-relay-'));
    const store = await openLmdbEventStore({ directory: join(directory, 'log') });
    const models = await openLmdbReadModels({ directory: join(directory, 'models') });
    const bus = await openLmdbMessageBus({ directory: join(directory, 'bus') });
    const runner = new ProjectionRunner({ store, models, projections: PROJECTIONS, log: SILENT });
    await runner.start();
    const world = new RelayWorld(directory, products, store, models, bus, runner);
    await world.start();
    const topics = [USERS_TOPIC, ...products.map(({ id }) => productTopic(id))];
    await bus.consume({ group: 'world', topics }, async (batch) => void world.messages.push(...batch));
    return world;
  }

  async start(): Promise<void> {
    const { life: mortal, store, models, bus, products } = this;
    this.relay = new Relay({
      store,
      products,
      log: SILENT,
      readModels: bound(models, {
        write: (batch) => mortal.run(() => models.write(batch)),
        checkpoint: (name) => (name === userDirectory.name ? this.lookAtDirectory() : models.checkpoint(name)),
      }),
      bus: bound(bus, {
        openWriter: async (name) => {
          const writer = await bus.openWriter(name);
          return bound(writer, { publish: (batch) => mortal.run(() => writer.publish(batch)) });
        },
      }),
    });
    await this.relay.start();
    this.relay.recordHoldsWith(async (tenant, facts) => {
      if (this.holds.has(facts.holdId)) return;
      this.holds.add(facts.holdId);
      await this.append(tenantStream(tenant), [{ type: 'DeprovisioningHeld', data: facts }]);
    });
  }

  private async lookAtDirectory(): Promise<bigint | undefined> {
    if (this.directoryLooks-- > 0) return this.models.checkpoint(userDirectory.name);
    this.directoryWaits();
    return this.directoryAt;
  }

  /** Resolves when the relay has had all its {@link directoryLooks}, and waits for the directory. */
  directoryLookedAt(): Promise<void> {
    return new Promise((resolve) => (this.directoryWaits = resolve));
  }

  /** Ends the relay's life at its next call but `calls` of an engine. */
  dieAfter(calls: number, takesEffect: boolean): void {
    this.life.dieAfter(calls, takesEffect);
  }

  /**
   * Ends the relay wherever it is; the next one knows what the engines know.
   * @param before with nobody relaying
   */
  async restart(before: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
    this.life.alive = false;
    await this.relay?.stop();
    await before();
    this.life = new Mortality();
    await this.start();
  }

  /** What the relay keeps is gone; what it has published, and what products have taken in, is there. */
  loseDocuments(): Promise<void> {
    const collections = RELAY_COLLECTIONS.map(({ name }) => name);
    return this.models.reset(collections, [RELAY_CHECKPOINT, 'relay-stored']);
  }

  get isAlive(): boolean {
    return this.life.alive;
  }

  /** Appends behind whatever this world has appended before. */
  append(
    stream: string,
    events: readonly { type: string; data: object }[],
    occurredAt?: string,
  ): Promise<AppendResult> {
    const mine = (this.appends.get(stream) ?? Promise.resolve()).then(() => this.appendNow(stream, events, occurredAt));
    this.appends.set(stream, mine);
    return mine;
  }

  private async appendNow(stream: string, events: readonly { type: string; data: object }[], occurredAt?: string) {
    const tenant = stream.slice(stream.indexOf('-') + 1).split('.')[0] ?? '';
    const revision = this.revisions.get(stream) ?? -1;
    const at = occurredAt ?? '2026-01-01T00:00:00.000Z';
    const metadata = { tenant, correlationId: 'r', causationId: 'r', occurredAt: at, schemaVersion: 1 };
    const told = events.map((event): NewEvent => ({ id: randomUUID(), ...event, metadata }));
    const result = await this.store.append(stream, told, revision < 0 ? 'noStream' : revision);
    this.revisions.set(stream, result.revision);
    return result;
  }

  /** Resolves when everything in the log is on the bus, nothing is being derived again, and all messages have come. */
  async settled(tenants: readonly string[] = []): Promise<void> {
    const done = async (): Promise<boolean> => {
      const last = (await this.store.lastPosition()) ?? 0n;
      if (((await this.models.checkpoint(RELAY_CHECKPOINT)) ?? 0n) < last) return false;
      if ((await this.models.count(DOUBTS.name, {})) > 0) return false;
      for (const tenant of tenants) {
        const all = await readRederivations(this.models, tenant);
        if (all.some(({ state }) => state === 'running')) return false;
        const sweeps = await this.models.find<Document>(SWEEPS.name, { filter: {}, limit: 1 });
        if (sweeps.length > 0) return false;
        const guard = await this.models.get<Document & { hold?: { recorded?: true }; endings?: [] }>(
          GUARDS.name,
          tenant,
        );
        if (guard?.endings || (guard?.hold && !guard.hold.recorded)) return false;
      }
      for (const topic of [USERS_TOPIC, ...this.products.map(({ id }) => productTopic(id))]) {
        const [end = 0n] = (await this.bus.endOffsets(topic)).values();
        const got = this.messages.filter((message) => message.topic === topic).at(-1)?.offset ?? -1n;
        if (got < end - 1n) return false;
      }
      return true;
    };
    // The engines tell nobody when a checkpoint moves.
    while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  delivered(product: string, tenant: string): Delivered[] {
    return this.messages
      .filter(({ topic, key }) => topic === productTopic(product) && key.startsWith(`${tenant}/`))
      .map((message) => {
        const { id, position = 0n, data } = decodeCloudEvent(message);
        return { key: message.key, id, position, view: data as ViewMessage };
      });
  }

  /** Types of the changes of a person on the topic of all changes, each with its revision. */
  changes(tenant: string, id: string): string[] {
    return this.messages
      .filter(({ topic, key }) => topic === USERS_TOPIC && key === `${tenant}/${id}`)
      .map(({ headers }) => `${headers['ce_revision'] ?? ''} ${headers['ce_type']?.split('.')[2] ?? ''}`);
  }

  /** The user as the whole log tells it. */
  async user(tenant: string, id: string): Promise<User> {
    let user = absentUser;
    for await (const event of this.store.read(userStream(tenant, id))) {
      user = evolveUser(user, event as unknown as Fact<UserEvent>);
    }
    return user;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.relay?.stop();
    await this.runner.stop();
    for (const part of [this.bus, this.models, this.store]) await part[Symbol.asyncDispose]();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** `target` with some methods replaced, and `this` kept for the others. */
function bound<T extends object>(target: T, replaced: Partial<T>): T {
  return new Proxy(target, {
    get(object, name) {
      const own = replaced[name as keyof T];
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(object, name);
      return typeof value === 'function' ? (value.bind(object) as unknown) : value;
    },
  });
}
