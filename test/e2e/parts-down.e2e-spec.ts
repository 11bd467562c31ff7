import type { ReceivedMessage } from '#message-bus';
import { productTopic, USERS_TOPIC, wellness } from '#products';
import type { Answer } from '../support/http-client.js';
import { SharedEngines } from '../support/shared-engines.js';
import type { TestGateway } from '../support/start-gateway.js';
import { expectScimError, type TenantClient } from '../support/tenant-client.js';

const LISTS = ['/Users', '/Groups', '/Users?filter=externalId%20eq%20%22x%22', '/Users?sortBy=userName'];

/** docs/architecture.md, "When something is down": a test for each row of the table. */
describe('when something is down', () => {
  let engines: SharedEngines;
  let gateway: TestGateway;
  let tenant: TenantClient;
  let ana: { id: string };

  beforeAll(async () => {
    engines = await SharedEngines.start();
    gateway = await engines.addGateway({ WRITE_WAIT_MS: '100', LIST_WAIT_MS: '100' });
  });
  beforeEach(async () => {
    const projector = engines.addProjector();
    tenant = await gateway.newTenant();
    await usable();
    ana = await tenant.createUser('ana@example.com');
    await listed(1);
    stopProjector = () => projector.stop();
  });
  afterEach(async () => {
    for (const line of Object.values(engines.lines)) line.comeBack();
    await stopProjector();
  });
  afterAll(() => engines[Symbol.asyncDispose]());
  let stopProjector: () => Promise<void>;

  const health = async (): Promise<Answer> => gateway.http.send({ method: 'GET', target: '/health/ready' });
  /** Asks until it is so: how soon an engine is found to be back is for the pauses between attempts to say. */
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  /** What is answered once the read models have all of it: a list waits for them no longer than 100 ms here. */
  const whole = async (answer: () => Promise<Answer>): Promise<Answer['body']> => {
    for (;;) {
      const { status, body } = await answer();
      if (status === 200) return body;
      expect(status).toBe(503);
    }
  };
  const usable = () => until(async () => (await tenant.get('/Users')).status === 200);
  const listed = (count: number) => until(async () => (await tenant.get('/Users')).body.totalResults === count);
  const ready = () => until(async () => (await health()).body.status === 'ready');

  const expectListsToWait = async (): Promise<void> => {
    for (const path of LISTS) {
      const answer = await tenant.get(path);
      expectScimError(answer, 503);
      expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    }
  };
  const expectSingleReads = async (id: string, userName: string): Promise<void> => {
    expect((await tenant.get(`/Users/${id}`)).body.userName).toBe(userName);
    expect((await tenant.find('Users', `userName eq "${userName}"`)).body.Resources).toMatchObject([{ id }]);
  };

  it('event store: writes 503 with Retry-After, lists from the read models; nothing to repair', async () => {
    await ready();
    engines.lines.store.goAway();
    for (const answer of [
      await tenant.scim('POST', '/Users', { userName: 'bo@example.com' }),
      await tenant.patch(`/Users/${ana.id}`, { op: 'add', path: 'title', value: 'Dr' }),
      await tenant.scim('DELETE', `/Users/${ana.id}`),
    ]) {
      expectScimError(answer, 503);
      expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    }
    for (const path of LISTS) expect((await tenant.get(path)).status).toBe(200);
    expect((await tenant.get('/Users')).body.totalResults).toBe(1);
    expect(await health()).toMatchObject({ status: 503, body: { missing: { 'event store': 'does not answer' } } });

    engines.lines.store.comeBack();
    await ready();
    const bo = await tenant.createUser('bo@example.com');
    await expectSingleReads(bo.id, 'bo@example.com');
    await listed(2);
  });

  it('read models: writes accepted, by id and by userName from the log, lists 503; the projector catches up', async () => {
    await ready();
    engines.lines.readModels.goAway();
    const bo = await tenant.createUser('bo@example.com', { externalId: 'x' });
    expect((await tenant.patch(`/Users/${ana.id}`, { op: 'add', path: 'title', value: 'Dr' })).status).toBe(200);
    expect((await tenant.scim('POST', '/Users', { userName: 'BO@example.com' })).status).toBe(409);
    const group = await tenant.createGroup('Eng', [ana.id, bo.id]);
    expect(await tenant.membersOf(group.id)).toEqual([ana.id, bo.id].sort());
    expect((await tenant.scim('DELETE', `/Users/${ana.id}`)).status).toBe(204);
    expectScimError(await tenant.get(`/Users/${ana.id}`), 404);
    // Which groups she has left cannot be told, and one of them still has her.
    const back = await tenant.scim('POST', '/Users', { userName: 'ana@example.com' });
    expectScimError(back, 503);
    expect(back.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    await expectSingleReads(bo.id, 'bo@example.com');
    await expectListsToWait();
    await until(async () => (await health()).status === 200);
    expect(await health()).toMatchObject({
      body: { status: 'degraded', degraded: { 'read models': expect.any(String) } },
    });

    engines.lines.readModels.comeBack();
    await ready();
    await usable();
    expect((await whole(() => tenant.get('/Users'))).Resources).toMatchObject([{ id: bo.id }]);
    expect((await whole(() => tenant.find('Users', 'externalId eq "x"'))).totalResults).toBe(1);
    // The group whose member could not be looked up is tidied by whoever follows the log.
    await until(async () => (await tenant.membersOf(group.id)).length === 1);
    expect((await tenant.get(`/Users/${bo.id}`)).body.groups).toMatchObject([{ value: group.id }]);
    expect((await tenant.createUser('ana@example.com')).id).toBe(ana.id);
    expect(await tenant.membersOf(group.id)).toEqual([bo.id]);
  });

  it('read models: a token that was not used since the start is judged by the log', async () => {
    await ready();
    const [unused, revoked, paused] = [await gateway.newTenant(), await gateway.newTenant(), await gateway.newTenant()];
    const of = ({ slug }: TenantClient, path: string): string => `/tenants/${slug}/${path}`;
    expect((await gateway.admin('DELETE', of(revoked, `tokens/${revoked.ids.tokenId}`))).status).toBe(204);
    expect((await gateway.admin('POST', of(paused, `connections/${paused.ids.connectionId}/pause`))).status).toBe(200);

    engines.lines.readModels.goAway();
    expect((await unused.scim('POST', '/Users', { userName: 'bo@example.com' })).status).toBe(201);
    expectScimError(await revoked.get('/Users/x'), 401);
    expect((await paused.get('/Users/x')).body).toMatchObject({
      status: '503',
      detail: expect.stringMatching('paused'),
    });
    expectScimError(await unused.get('/Users/x', { authorization: `Bearer ${tenant.token}` }), 401);
    expectScimError(await unused.get('/Users/x', { authorization: 'Bearer wrong' }), 401);
    // From memory, until the log says otherwise.
    expect((await unused.scim('POST', '/Users', { userName: 'cy@example.com' })).status).toBe(201);
    expect((await gateway.admin('DELETE', of(unused, `tokens/${unused.ids.tokenId}`))).status).toBe(204);
    await until(async () => (await unused.get('/Users/x')).status === 401);
  });

  it('projector: writes accepted, by id and by userName all is there, lists 503; the next one catches up', async () => {
    await stopProjector();
    const bo = await tenant.createUser('bo@example.com');
    await expectSingleReads(bo.id, 'bo@example.com');
    await expectListsToWait();
    const next = engines.addProjector();
    stopProjector = () => next.stop();
    await listed(2);
    for (const path of LISTS) await whole(() => tenant.get(path));
  });

  it('projector: lists are refused by every gateway, whichever of them has acknowledged the write', async () => {
    const other = await engines.addGateway({ WRITE_WAIT_MS: '100', LIST_WAIT_MS: '100' });
    const onOther = Object.assign(Object.create(tenant) as TenantClient, { gateway: other });
    await until(async () => (await onOther.get('/Users')).status === 200);
    await stopProjector();
    await tenant.createUser('bo@example.com'); // answered, and not in the read models
    expectScimError(await onOther.get('/Users'), 503);
  });

  it('message bus, relay, product: writes and reads all go on; each resumes where it was, in order', async () => {
    const relay = await engines.addRelay();
    const people = await engines.addWellness();
    const told: ReceivedMessage[] = [];
    await engines.bus.consume({ group: 'spec', topics: [USERS_TOPIC, productTopic(wellness.id)] }, async (batch) => {
      told.push(...batch.filter(({ key }) => key.startsWith(`${tenant.slug}/`)));
    });
    const titleInProduct = async (): Promise<unknown> => {
      const person = (await people.person(tenant.slug, ana.id)) as { job_title?: string } | undefined;
      return person?.job_title;
    };
    const write = async (title: string): Promise<void> => {
      expect((await tenant.patch(`/Users/${ana.id}`, { op: 'replace', path: 'title', value: title })).status).toBe(200);
      await until(async () => (await tenant.find('Users', `title eq "${title}"`)).body.totalResults === 1);
    };
    await write('1');
    await until(async () => (await titleInProduct()) === '1');

    engines.lines.bus.goAway();
    await write('2');
    await write('3');
    engines.lines.bus.comeBack();
    await until(async () => (await titleInProduct()) === '3');

    await relay.stop();
    await write('4');
    await write('5');
    await people.stop();
    await engines.addRelay();
    const again = await engines.addWellness();
    await until(async () => ((await again.person(tenant.slug, ana.id)) as { job_title?: string }).job_title === '5');
    const news = (): number[] => {
      const mine = told
        .filter(({ topic }) => topic === USERS_TOPIC)
        .map(({ headers }) => Number(headers['ce_revision']));
      return mine.filter((revision, i) => !mine.slice(0, i).some((before) => before >= revision));
    };
    await until(async () => news().length >= 6);
    expect(news()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
