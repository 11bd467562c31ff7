import { jest } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { SCOPES } from '#domain';
import { GROUPS_TOPIC, hrAssistant, productTopic, USERS_TOPIC, wellness } from '#products';
import { hrAssistantPeople } from '../../apps/hr-assistant/src/hr-assistant-people.js';
import { wellnessPeople } from '../../apps/wellness/src/wellness-people.js';
import { eventually } from '../support/start-standalone.js';
import { engineAddresses } from './engine-addresses.js';
import { DISTURBANCES, KILLS } from './faults.js';
import { readLogFacts } from './log-facts.js';
import { Randomness } from './randomness.js';
import { ADMIN_KEY, type Instance, Rig } from './rig.js';
import { type Access, ScimLoad, send } from './scim-load.js';
import { TopicTap } from './topic-tap.js';
import { missingChanges, outOfOrder, unlike, unlikeLog, unlikeRebuild, withRebuild } from './verdict.js';

/** FAULT_ROUNDS says how many rounds, FAULT_SEED gives a run again as far as it is ours to decide. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 6);
const TENANTS = [
  { tenant: 'acme', idp: 'entra-id' },
  { tenant: 'globex', idp: 'okta' },
];
/** Longest from a request to its product, with whatever has to recover before, ms. */
const RECOVERED_MS = 120_000;
/** Longest that a relay or a gateway may be missed, ms. */
const TAKEOVER_MS = 10_000;
/** Tries at a death outside of a transaction, and at a stop while the machine has time. */
const DEATHS = 3;
const TOPICS = [USERS_TOPIC, GROUPS_TOPIC, productTopic(wellness.id), productTopic(hrAssistant.id)];
/** Longest until everything has come everywhere, once all is quiet, ms. */
const SETTLED_MS = 120_000;

const addresses = engineAddresses(process.env);
const withEngines = addresses ? describe : describe.skip;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

withEngines('the distributed set-up under load', () => {
  jest.setTimeout(300_000 + ROUNDS * 90_000);
  const randomness = Randomness.from(process.env);
  let rig: Rig;
  let tap: TopicTap;
  let load: ScimLoad;
  const accesses: Access[] = [];
  let probes = 0;

  beforeAll(async () => {
    if (!addresses) return;
    say(`FAULT_SEED=${randomness.seed} FAULT_ROUNDS=${ROUNDS}`);
    rig = await Rig.start(addresses);
    say(`Logs are in ${rig.directory}/logs`);
    tap = await TopicTap.open(rig.openBus(), TOPICS);
    load = new ScimLoad(rig.of('scim-gateway').map(({ url }) => url));
    for (const { tenant, idp } of TENANTS) {
      await admin('POST', '/tenants', { slug: tenant, name: tenant });
      const { token } = await admin('POST', `/tenants/${tenant}/connections`, { idp, scopes: SCOPES });
      // As many leave here as the guard against mass departures is there to hold.
      await admin('PATCH', `/tenants/${tenant}/settings`, { guardPercent: 100 });
      accesses.push({ tenant, idp, token: token as string });
    }
    for (const access of accesses) {
      const group = await eventually(async () => {
        const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Everybody' };
        const made = await send(gateways()[0]?.url ?? '', access, 'POST', '/Groups', body);
        if (made.status !== 201) throw new Error(JSON.stringify(made));
        return (made.body as { id: string }).id;
      });
      load.start(access, group);
    }
  });

  let passed = false;
  afterAll(async () => {
    await tap?.[Symbol.asyncDispose]();
    await rig?.[Symbol.asyncDispose]();
    if (passed) await rig?.forget();
  });

  const gateways = (): readonly Instance[] => rig.of('scim-gateway');

  async function admin(method: string, path: string, body: object): Promise<Record<string, unknown>> {
    const answer = await fetch(`${rig.named('admin-1').url}/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  }

  /** Somebody new is on the way to their products, through this gateway or any. @returns ms until they were on the topic */
  async function probe(gateway = randomness.one(gateways())): Promise<number> {
    const access = randomness.one(accesses);
    const began = performance.now();
    const { id } = await load.create(gateway.url, access, `probe.${(probes += 1)}@example.com`);
    const isTheirs = (key: string, topic: string): boolean => topic === productTopic('wellness') && key === `${access.tenant}/${id}`; // prettier-ignore
    await tap.has(({ key, topic }) => isTheirs(key, topic), RECOVERED_MS);
    return performance.now() - began;
  }

  const ask =
    (app: 'wellness' | 'hr-assistant') =>
    async (target: string): Promise<Record<string, unknown>> => {
      const answer = await fetch(rig.of(app)[0]?.url + target, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
      if (!answer.ok) throw new Error(`${app} ${target}: ${answer.status}`);
      // Not `json()`, whose objects are of another realm than those that they are compared with.
      return JSON.parse(await answer.text()) as Record<string, unknown>;
    };

  it('goes from a request to the products', async () => {
    say(`Delivered in ${Math.round(await probe())} ms`);
  });

  it('has a relay take over from one that dies, within 10 s, and from one that stops at once', async () => {
    let afterDeath = Infinity;
    // Whoever is killed in the middle of a transaction leaves its locks to the server, which lets go of them after a minute.
    for (let tries = 1; tries <= DEATHS && afterDeath >= TAKEOVER_MS; tries += 1) {
      const first = await rig.holder('relay');
      const died = performance.now();
      await first.process.kill();
      await probe();
      afterDeath = performance.now() - died;
      expect(await rig.holder('relay')).not.toBe(first);
      await first.process.start();
    }
    let afterStop = Infinity;
    // Whatever else the machine does meanwhile counts too, so one that takes longer is tried again.
    for (let tries = 1; tries <= DEATHS && afterStop >= TAKEOVER_MS; tries += 1) {
      const second = await rig.holder('relay');
      const stopped = performance.now();
      expect(await second.process.stop()).toBe(0);
      await probe();
      afterStop = performance.now() - stopped;
      await second.process.start();
    }
    say(`A relay took over ${Math.round(afterDeath)} ms after a death, ${Math.round(afterStop)} ms after a stop`);
    expect(afterDeath).toBeLessThan(TAKEOVER_MS);
    expect(afterStop).toBeLessThan(TAKEOVER_MS);
  });

  it('answers through one gateway while the other one is dead', async () => {
    const [dead, alive] = randomness.shuffled(gateways()) as [Instance, Instance];
    await dead.process.kill();
    const tries = { all: 0, failed: 0 };
    const took: number[] = [];
    for (const access of [...accesses, ...accesses, ...accesses]) {
      const began = performance.now();
      const answer = await send(alive.url, access, 'GET', '/Users?count=1');
      tries.all += 1;
      if (answer.status !== 200) tries.failed += 1;
      await probe(alive);
      took.push(performance.now() - began);
    }
    await dead.process.start();
    say(`With one gateway dead the other took ${Math.round(Math.max(...took))} ms at most from request to product`);
    expect(tries.failed).toBe(0);
    // All but one: the machine may have stood still.
    expect(took.filter((ms) => ms >= TAKEOVER_MS).length).toBeLessThanOrEqual(1);
  });

  it(`comes through ${ROUNDS} rounds of kills and silent networks`, async () => {
    let kills = randomness.shuffled(KILLS);
    let disturbances = randomness.shuffled(DISTURBANCES);
    for (let round = 1; round <= ROUNDS; round += 1) {
      if (kills.length === 0) kills = randomness.shuffled(KILLS);
      if (disturbances.length === 0) disturbances = randomness.shuffled(DISTURBANCES);
      const faults = [kills.pop(), disturbances.pop()].filter((fault) => fault !== undefined);
      const apart = randomness.between(0, 3_000);
      const names = faults.map(({ name }) => name).join(' and ');
      try {
        await Promise.all(
          faults.map(async ({ happen }, i) => {
            await pause(i * apart);
            await happen(rig, randomness);
          }),
        );
        const delivered = await probe();
        say(`Round ${round}: ${names}; then delivered in ${Math.round(delivered)} ms; ${load.ledgers.length} users`);
      } catch (error) {
        throw new Error(`Round ${round}: ${names}`, { cause: error });
      }
    }
  });

  it('has lost, doubled and reordered nothing', async () => {
    await load.stop();
    say(JSON.stringify({ users: load.ledgers.length, ...load.counts }));
    expect(load.unseen).toEqual([]);
    await using store = rig.openStore();
    const log = await readLogFacts(store);
    expect(unlike(load, log)).toEqual([]);
    await eventually(async () => {
      const users = tap.of(USERS_TOPIC);
      expect(missingChanges(log, [...users, ...tap.of(GROUPS_TOPIC)])).toEqual([]);
    }, SETTLED_MS);
    for (const topic of TOPICS) expect(outOfOrder(tap.of(topic))).toEqual([]);
    const models = rig.openReadModels();
    await withRebuild(store, (rebuilt) =>
      eventually(async () => expect(await unlikeRebuild(models, rebuilt)).toEqual([]), SETTLED_MS),
    );
    await models[Symbol.asyncDispose]();
    await eventually(async () => {
      expect(await unlikeLog(log, wellness, wellnessPeople, ask('wellness'))).toEqual([]);
      expect(await unlikeLog(log, hrAssistant, hrAssistantPeople, ask('hr-assistant'))).toEqual([]);
    }, SETTLED_MS);
    const repeated = tap.messages.length - new Set(tap.messages.map(({ topic, headers }) => `${topic} ${headers['ce_id']}`)).size; // prettier-ignore
    say(JSON.stringify({ events: log.events.length, messages: tap.messages.length, repeated }));
    const codes = Object.entries(await rig.stop());
    expect(codes.filter(([, code]) => code !== 0)).toEqual([]);
    passed = true;
  });
});
