import type { EventStore } from '#event-store';
import type { ReadModels } from '#read-models';
import { HeldReadModels } from '../support/held-read-models.js';
import { gatewayBehind, startGateway, type TestGateway } from '../support/start-gateway.js';
import { type Answer } from '../support/http-client.js';
import { OAuthTestClient } from '../support/oauth-client.js';
import { expectScimError, TenantClient } from '../support/tenant-client.js';

/** The store as a process sees it that is not the only one on it. */
const shared = (store: EventStore): EventStore =>
  new Proxy(store, {
    get(target, name) {
      if (name === 'soleWriter') return false;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });

/** Two gateways on one log, each with read models of its own; those of the second one stand still. */
describe('a token that ends', () => {
  let first: TestGateway;
  let second: TestGateway;
  let held: HeldReadModels;

  beforeEach(async () => {
    let grants: ReadModels | undefined;
    first = await startGateway({
      compose: gatewayBehind(({ store, readModels, grants: own }) => {
        grants = own;
        return { store: shared(store), readModels };
      }),
      env: { WRITE_WAIT_MS: '20' },
    });
    held = new HeldReadModels();
    const compose = gatewayBehind(({ readModels }) => ({
      store: shared(first.store),
      readModels: held.wrap(readModels),
      ...(grants && { grants }),
    }));
    second = await startGateway({ compose, env: { WRITE_WAIT_MS: '20' } });
  });
  afterEach(async () => {
    held.release();
    await second[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose]();
  });

  const onSecond = ({ slug, token, ids }: TenantClient) => new TenantClient(second, slug, token, ids);
  /** What is answered once the token has stopped, which it does although the read models stand still. */
  const stopped = async (tenant: TenantClient): Promise<Answer> => {
    for (;;) {
      const answer = await tenant.get('/Users/x');
      if (answer.status !== 404) return answer;
    }
  };
  /** Resolves once the second gateway has read models of everything so far. */
  const caughtUp = async () => {
    let last = await first.store.lastPosition();
    for (; ; last = await first.store.lastPosition()) {
      await second.readModelsCaughtUp();
      if (last === (await first.store.lastPosition())) return;
    }
  };

  it.each<[string, (tenant: TenantClient) => [method: string, path: string, body?: object], number]>([
    ['revoked', ({ slug, ids }) => ['DELETE', `/tenants/${slug}/tokens/${ids.tokenId}`], 204],
    ['rotated', ({ slug, ids }) => ['POST', `/tenants/${slug}/tokens/${ids.tokenId}/rotate`, {}], 201],
    [
      'gone with its connection',
      ({ slug, ids }) => ['DELETE', `/tenants/${slug}/connections/${ids.connectionId}`],
      204,
    ],
  ])('%s stops on every process, known to it or not, while read models stand still', async (_title, call, status) => {
    const known = await first.newTenant();
    const unknown = await first.newTenant();
    await caughtUp();
    expect((await onSecond(known).get('/Users/x')).status).toBe(404);
    held.hold();
    for (const tenant of [known, unknown]) {
      const [method, path, body] = call(tenant);
      expect((await first.admin(method, path, body)).status).toBe(status);
      expectScimError(await stopped(onSecond(tenant)), 401);
      expectScimError(await stopped(tenant), 401);
    }
    // Nor does it come back with a read model that catches up little by little.
    held.release();
    for (let n = 0; n < 20; n++) expectScimError(await onSecond(known).get('/Users/x'), 401);
  });

  describe('of OAuth', () => {
    it.each<[string, (client: OAuthTestClient, token: string) => Promise<Answer>, number]>([
      ['revoked by its client', (client, token) => client.revoke(token), 200],
      [
        'gone with its client',
        ({ tenant: { slug }, client }) => first.admin('DELETE', `/tenants/${slug}/oauth-clients/${client.clientId}`),
        204,
      ],
      [
        'granted under a secret of before',
        ({ tenant: { slug }, client }) =>
          first.admin('POST', `/tenants/${slug}/oauth-clients/${client.clientId}/rotate`),
        201,
      ],
      [
        'gone with its tenant',
        ({ tenant: { slug } }) => first.admin('DELETE', `/tenants/${slug}?confirm=${slug}`),
        204,
      ],
    ])('%s stops on every process while read models stand still', async (_title, end, status) => {
      const client = await OAuthTestClient.register(await first.newTenant({ idp: 'okta' }));
      const { access_token: token } = await client.tokens();
      const tenant = new TenantClient(first, client.tenant.slug, token, client.tenant.ids);
      await caughtUp();
      expect((await onSecond(tenant).get('/Users/x')).status).toBe(404);
      held.hold();
      expect((await end(client, token)).status).toBe(status);
      expectScimError(await stopped(onSecond(tenant)), 401);
      expectScimError(await stopped(tenant), 401);
    });
  });

  it('does not come back with a process that starts on read models of before', async () => {
    const tenant = await first.newTenant();
    await caughtUp();
    held.hold();
    expect((await onSecond(tenant).get('/Users/x')).status).toBe(404);
    await first.admin('DELETE', `/tenants/${tenant.slug}/tokens/${tenant.ids.tokenId}`);
    held.drop();
    await second.stop();
    held.hold();
    await second.restart();
    expectScimError(await onSecond(tenant).get('/Users/x'), 401);
  });

  it('is told from a new one, which works while read models stand still', async () => {
    held.hold();
    const tenant = await first.newTenant();
    let answer = await onSecond(tenant).get('/Users/x');
    while (answer.status === 401) answer = await onSecond(tenant).get('/Users/x');
    expectScimError(answer, 404);
  });
});
