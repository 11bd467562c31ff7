import type { MessageBus, ReceivedMessage } from '#message-bus';
import { startStandalone as startApp } from '../../apps/standalone/src/standalone.js';
import { ADMIN_KEY, caughtUp, startGateway, type TestGateway } from './start-gateway.js';
import { PATIENCE_MS } from './unlimited.js';

/** The whole standalone in this process, products included. */
export class TestStandalone implements AsyncDisposable {
  private constructor(
    readonly gateway: TestGateway,
    private readonly running: { bus: MessageBus },
  ) {}

  static async start(env: Readonly<Record<string, string>> = {}): Promise<TestStandalone> {
    const running: { bus?: MessageBus } = {};
    const gateway = await startGateway({
      env: { PORT: '0', ...env },
      compose: async (config, logger) => {
        const { url, store, bus, gateway, stop } = await startApp(config, logger, () => undefined);
        running.bus = bus;
        return { origin: url, store, readModelsCaughtUp: () => caughtUp(store, gateway.directory), stop };
      },
    });
    return new TestStandalone(gateway, running as { bus: MessageBus });
  }

  get bus(): MessageBus {
    return this.running.bus;
  }

  /** GET behind the admin key. @param target e.g. `/wellness/people?tenant=acme` */
  async get(target: string, { key = ADMIN_KEY }: { key?: string } = {}) {
    return this.gateway.http.send({ method: 'GET', target, headers: { authorization: `Bearer ${key}` } });
  }

  /** Every person in the list of one product, page by page. */
  async people(product: string, tenant: string): Promise<Record<string, unknown>[]> {
    const people: Record<string, unknown>[] = [];
    for (let cursor = ''; ;) {
      const { status, body, text } = await this.get(`/${product}/people?tenant=${tenant}&limit=500${cursor}`);
      if (status !== 200) throw new Error(`${product}: ${status} ${text}`);
      const page = body as { people: Record<string, unknown>[]; nextCursor?: string };
      people.push(...page.people);
      if (page.nextCursor === undefined) return people;
      cursor = `&cursor=${page.nextCursor}`;
    }
  }

  /** Everything on a topic, in order. */
  async messages(topic: string): Promise<ReceivedMessage[]> {
    const [end = 0n] = (await this.bus.endOffsets(topic)).values();
    const messages: ReceivedMessage[] = [];
    if (end === 0n) return messages;
    const group = `spec-${Math.random()}`;
    let done = (): void => undefined;
    const all = new Promise<void>((resolve) => (done = resolve));
    const consumer = await this.bus.consume({ group, topics: [topic] }, async (batch) => {
      messages.push(...batch);
      if ((batch.at(-1)?.offset ?? -1n) >= end - 1n) done();
    });
    await all;
    await consumer.stop();
    await this.bus.forgetGroup(group, topic);
    return messages;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]();
  }
}

/** Asks again until `holds` does not throw: what follows the log does so in its own time, and tells nobody. */
export async function eventually<T>(holds: () => Promise<T>, timeoutMs = PATIENCE_MS): Promise<T> {
  for (const until = performance.now() + timeoutMs; ;) {
    try {
      return await holds();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
