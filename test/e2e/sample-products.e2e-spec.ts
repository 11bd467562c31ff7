import { productTopic, VIEW_CHANGED } from '#products';
import { encodeCloudEvent } from '#message-bus';
import { eventually, TestStandalone } from '../support/start-standalone.js';
import { ENTERPRISE, type TenantClient } from '../support/tenant-client.js';

const HR = 'urn:ietf:params:scim:schemas:extension:wisq:1.0:User';
type Json = Record<string, unknown>;

/** What each sample product makes of the people it is told about, over HTTP. */
describe('the sample products', () => {
  let standalone: TestStandalone;
  let acme: TenantClient;
  const ids: Record<string, string> = {};

  const get = async (target: string, status = 200): Promise<Json> => {
    const separator = target.includes('?') ? '&' : '?';
    const answer = await standalone.get(`${target}${separator}tenant=${acme.slug}`);
    if (answer.status !== status) throw new Error(`${target}: ${answer.status} ${answer.text}`);
    return answer.body as Json;
  };
  const person = async (name: string, attributes: Json = {}): Promise<void> => {
    const [givenName, familyName] = name.split(' ');
    const userName = `${givenName?.toLowerCase()}@example.com`;
    const { id } = (await acme.createUser(userName, {
      name: { givenName, familyName },
      emails: [{ value: userName, type: 'work', primary: true }],
      ...attributes,
    })) as { id: string };
    ids[givenName ?? ''] = id;
  };
  const at = (locality: string) => ({ addresses: [{ type: 'work', primary: true, locality, country: 'DE' }] });
  const work = (department: string, joiningDate?: string, managerEmail?: string) => ({
    [ENTERPRISE]: {
      department,
      costCenter: department,
      ...(joiningDate && { joiningDate }),
      ...(managerEmail && { managerEmail }),
    },
    ...(managerEmail && { [HR]: { managerEmail, department } }),
  });
  const userNames = ({ people }: Json): unknown[] => (people as Json[]).map((one) => one['email']).sort();
  const allKnow = (count: number) =>
    eventually(async () => {
      for (const product of ['wellness', 'hr-assistant', 'define']) {
        expect(await standalone.people(product, acme.slug)).toHaveLength(count);
      }
    });

  beforeAll(async () => {
    standalone = await TestStandalone.start();
    acme = await standalone.gateway.newTenant();
    await standalone.gateway.admin('POST', `/tenants/${acme.slug}/products/define/enable`);
    await person('Bo Chen', { title: 'Head of Finance', ...at('Berlin'), ...work('Finance', '2020-02-29') });
    await person('Ana Lee', { title: 'Nurse', ...at('Berlin'), ...work('Finance', '2019-11-24', 'Bo@Example.com'), userType: 'Full Time' }); // prettier-ignore
    await person('Cy Roe', { title: 'Nurse', ...at('Rome'), ...work('Care', '2025-11-30', 'bo@example.com') });
    await person('Dee.* Dot', { ...at('Rome'), ...work('Care', '2026-11-23') });
    await allKnow(4);
  });
  afterAll(() => standalone[Symbol.asyncDispose]());

  describe('each', () => {
    it('keeps one person with what changed when, as it saw it', async () => {
      await acme.patch(`/Users/${ids['Cy']}`, { op: 'replace', path: 'title', value: 'Matron' });
      await acme.patch(`/Users/${ids['Cy']}`, { op: 'replace', path: 'active', value: false });
      const cy = await eventually(async () => {
        const found = await get(`/wellness/people/${ids['Cy']}`);
        expect(found['status']).toBe('blocked');
        return found;
      });
      const events = await standalone.gateway.eventsAfter(undefined);
      const own = events.filter(({ stream }) => stream.endsWith(ids['Cy'] ?? ''));
      expect(cy['history']).toEqual([
        { at: own[0]?.metadata.occurredAt, event: own[0]?.id },
        { at: own[1]?.metadata.occurredAt, event: own[1]?.id, changes: { job_title: { from: 'Nurse', to: 'Matron' } } },
        { at: own[2]?.metadata.occurredAt, event: own[2]?.id, changes: { status: { from: 'active', to: 'blocked' } } },
      ]);
      await eventually(async () => expect((await get(`/hr-assistant/people/${ids['Cy']}`))['history']).toHaveLength(3));
      expect(await get('/wellness/people/nobody', 404)).toMatchObject({ status: 404 });
      const [listed] = await standalone.people('wellness', acme.slug);
      for (const hidden of ['history', 'signIn']) expect(listed).not.toHaveProperty(hidden);
    });

    it('lets nobody sign in who was deactivated or deleted, and says why', async () => {
      await acme.scim('DELETE', `/Users/${ids['Dee.*']}`);
      for (const product of ['wellness', 'hr-assistant', 'define']) {
        const check = (user: string) => get(`/${product}/sign-in-check?user=${encodeURIComponent(user)}`);
        await eventually(async () =>
          expect(await check('dee.*@example.com')).toEqual({ allowed: false, reason: 'deleted' }),
        );
        expect(await check('ANA@example.com')).toEqual({ allowed: true, reason: 'active' });
        await eventually(async () =>
          expect(await check('cy@example.com')).toEqual({ allowed: false, reason: 'blocked' }),
        );
        expect(await check('eve@example.com')).toEqual({ allowed: false, reason: 'unknown' });
      }
    });

    it.each([
      ['search=lee', ['ana@example.com']],
      ['search=CHEN+head', ['bo@example.com']],
      ['search=.*', ['dee.*@example.com']],
      ['department=finance', ['ana@example.com', 'bo@example.com']],
      ['manager=BO@example.com', ['ana@example.com', 'cy@example.com']],
      ['location=rome', ['cy@example.com', 'dee.*@example.com']],
      ['location=DE&department=Care&search=cy', ['cy@example.com']],
      ['search=nobody', []],
    ])('lists those of %s', async (query, expected) => {
      expect(userNames(await get(`/wellness/people?${query}`))).toEqual(expected);
      expect(userNames(await get(`/hr-assistant/people?${query}`))).toEqual(expected);
    });

    it('pages through what it finds', async () => {
      const first = await get('/wellness/people?location=de&limit=3');
      const second = await get(`/wellness/people?location=de&limit=3&cursor=${String(first['nextCursor'])}`);
      expect([...userNames(first), ...userNames(second)]).toHaveLength(4);
      expect(second).not.toHaveProperty('nextCursor');
    });

    it('can be rebuilt from its topic, and takes in again what it could not', async () => {
      const post = (target: string) =>
        standalone.gateway.http.send({
          method: 'POST',
          target,
          headers: { authorization: 'Bearer admin-key-of-the-specs' },
        });
      const before = await standalone.people('wellness', acme.slug);
      const history = (await get(`/wellness/people/${ids['Ana']}`))['history'];
      expect((await post('/wellness/rebuild')).status).toBe(202);
      await eventually(async () => expect(await get('/wellness/health')).toMatchObject({ rebuilding: false, status: 'ok', lag: 0 })); // prettier-ignore
      expect(await standalone.people('wellness', acme.slug)).toEqual(before);
      expect((await get(`/wellness/people/${ids['Ana']}`))['history']).toEqual(history);
      const head = {
        id: 'x',
        type: VIEW_CHANGED,
        source: '/tenants/x',
        subject: 'x',
        time: '2026-01-31T08:15:30.123Z',
      };
      const odd = encodeCloudEvent({
        ...head,
        key: `${acme.slug}/x`,
        tenant: acme.slug,
        revision: 0,
        data: { odd: true },
      });
      await standalone.bus.publish([{ topic: productTopic('wellness'), messages: [odd] }]);
      await eventually(async () => {
        expect(await get('/wellness/health')).toMatchObject({ counts: { deadLettered: 1 } });
      });
      expect((await post('/wellness/dead-letters/replay')).body).toEqual({ applied: 0, skipped: 0, deadLettered: 1 });
    });
  });

  describe('wellness', () => {
    it('shows a manager’s team, without those who may not sign in', async () => {
      const { members } = await get('/wellness/team?manager=bo@example.com');
      expect(userNames({ people: members })).toEqual(['ana@example.com']);
    });

    it('shows anniversaries of this week and month in their order, of the blocked none', async () => {
      const dates = async (query: string) =>
        ((await get(`/wellness/anniversaries?${query}`))['anniversaries'] as Json[]).map(
          ({ date, years, person: who }) => [...[date, years, (who as Json)['email']]],
        );
      expect(await dates('today=2026-11-22')).toEqual([]);
      expect(await dates('today=2026-11-24')).toEqual([['2026-11-24', 7, 'ana@example.com']]);
      expect(await dates('today=2026-11-01&period=month')).toEqual([['2026-11-24', 7, 'ana@example.com']]);
      expect(await dates('today=2026-02-23')).toEqual([['2026-02-28', 6, 'bo@example.com']]);
      expect(await get('/wellness/anniversaries?today=2026-02-30', 400)).toMatchObject({ status: 400 });
      const now = await get('/wellness/anniversaries');
      expect(now['from']).toMatch(/^\d{4}-\d\d-\d\d$/);
    });
  });

  describe('the HR assistant', () => {
    const ask = async (q: string) => get(`/hr-assistant/who-is?q=${encodeURIComponent(q)}`);

    it.each([
      ['who is Ana Lee?', ['ana@example.com']],
      ['who is the manager of Ana', ['bo@example.com']],
      ["who is Ana Lee's manager", ['bo@example.com']],
      ['who reports to Bo Chen', ['ana@example.com', 'cy@example.com']],
      ['who works in Finance in Berlin', ['ana@example.com', 'bo@example.com']],
      ['who works in Rome', ['cy@example.com', 'dee.*@example.com']],
      ['who works full-time', ['ana@example.com']],
      ['who is the Head of Finance', ['bo@example.com']],
      ['who is a nurse in Rome', []],
    ])('answers: %s', async (question, expected) => {
      expect(userNames(await ask(question))).toEqual(expected);
    });

    it('answers by facts as well, and says who has left', async () => {
      expect(userNames(await get('/hr-assistant/who-is?name=lee&location=berlin'))).toEqual(['ana@example.com']);
      const { people } = await get('/hr-assistant/who-is?department=care');
      expect((people as Json[]).map((one) => [one['may_ask'], one['left']])).toEqual([
        [false, false],
        [false, true],
      ]);
    });

    it('does not guess: it says what it understands', async () => {
      const refused = await get('/hr-assistant/who-is?q=how+are+you', 400);
      expect(refused['detail']).toContain('who works in Finance in Berlin');
      expect(await get('/hr-assistant/who-is', 400)).toMatchObject({ status: 400 });
      expect(await get('/hr-assistant/who-is?q=who+is+Ana&name=Ana', 400)).toMatchObject({ status: 400 });
    });
  });

  describe('define', () => {
    it('knows who has which role', async () => {
      const [message] = await standalone.messages(productTopic('define'));
      const data = JSON.parse(message?.value ?? '{}') as Json & { attributes: Json };
      const roles = ['auditor', 'editor'];
      // As the relay tells it once a group is mapped to a role.
      const told = { ...data, settingsVersion: 99, attributes: { ...data.attributes, roles } };
      const view = {
        ...message,
        key: message?.key ?? '',
        headers: message?.headers ?? {},
        value: JSON.stringify(told),
      };
      await standalone.bus.publish([{ topic: productTopic('define'), messages: [view] }]);
      await eventually(async () =>
        expect(await get('/define/roles')).toEqual({
          roles: [
            { role: 'auditor', people: 1 },
            { role: 'editor', people: 1 },
          ],
        }),
      );
      const found = (await standalone.people('define', acme.slug)).find(({ email }) => email === 'bo@example.com');
      expect(found).toMatchObject({ status: 'active', roles, first_name: 'Bo' });
    });
  });
});
