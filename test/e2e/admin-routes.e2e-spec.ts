import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AdminHttpModule,
  type DeclaredRoute,
  declaredRoutes,
  OPENAPI_PATH,
  openApiDocument,
  peopleController,
  publishOpenApi,
  Requires,
} from '#admin-http';
import { loadConfig } from '#config';
import { openEngines } from '#engines';
import { productProfiles } from '#products';
import { createLogger } from '#telemetry';
import { Controller, Delete, Get, Module, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { startGateway } from '../../apps/scim-gateway/src/gateway-app.js';
import { pageSizes } from '../../apps/scim-gateway/src/gateway.module.js';
import { type ServedRoute, servedRoutes } from '../support/routes.js';
import { ADMIN_KEY } from '../support/start-gateway.js';

const PEOPLE = Symbol('People');

@Module({
  controllers: [peopleController('wellness', PEOPLE)],
  providers: [{ provide: PEOPLE, useValue: { list: () => Promise.resolve({ people: [] }) } }],
})
class PeopleModule {}

@Controller('admin/v1/forgotten')
class ForgottenController {
  @Get()
  list() {
    return { secret: true };
  }
}

@Controller('admin/v1/half')
class HalfForgottenController {
  @Get()
  @Requires('self:read')
  read() {
    return {};
  }

  @Delete()
  remove() {
    return {};
  }
}

@Module({ controllers: [ForgottenController, HalfForgottenController] })
class ForgetfulModule {}

/** The routes of the running server, walked one by one: what no spec asks for by name is found here. */
describe('the routes of the admin API', () => {
  let served: ServedRoute[];
  let declared: DeclaredRoute[];
  let documented: Record<string, Record<string, object>>;
  let end: () => Promise<void>;

  async function start(beside: readonly Type[]) {
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-routes-'));
    const config = loadConfig({ DATA_DIR: directory, LOG_LEVEL: 'silent' });
    const engines = await openEngines(config);
    const close = async () => {
      await engines[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    };
    const admin = AdminHttpModule.forRoot({ adminKey: ADMIN_KEY, page: pageSizes(config), products: productProfiles });
    const logger = createLogger('silent');
    try {
      const parts = { config, engines, logger, beside: [admin, ...beside], prepare: publishOpenApi };
      const { app, stop } = await startGateway(parts);
      return { app, end: () => stop().then(close) };
    } catch (error) {
      await close();
      throw error;
    }
  }

  beforeAll(async () => {
    const started = await start([PeopleModule]);
    ({ end } = started);
    served = await servedRoutes(started.app);
    declared = declaredRoutes(started.app.get(ModulesContainer));
    documented = openApiDocument(started.app).paths as typeof documented;
  });
  afterAll(() => end());

  const isAdmin = ({ path }: ServedRoute) => path.startsWith('/admin');
  const isBehindTheKey = (route: ServedRoute) => isAdmin(route) || route.path.endsWith('/people');
  const text = ({ method, path }: ServedRoute) => `${method} ${path}`;

  it('are all declared by controllers, but for the document itself', () => {
    const known = new Set(declared.map(text));
    const others = served.filter(isBehindTheKey).filter((route) => !known.has(text(route)));
    expect(others.map(text)).toEqual([`GET ${OPENAPI_PATH}`]);
    expect(served.filter(isAdmin).length).toBeGreaterThan(25);
  });

  it('all stand behind the guard and say what they require', () => {
    const routes = declared.filter(isBehindTheKey);
    expect(routes.length).toBeGreaterThan(25);
    const open = routes.filter(({ permission, isGuarded }) => permission === undefined || !isGuarded);
    expect(open.map(text)).toEqual([]);
  });

  it('keep the app from starting where one says nothing of who may use it', async () => {
    const reason =
      'Nobody has said who may use GET /admin/v1/forgotten, DELETE /admin/v1/half; add @Requires or @Public';
    await expect(start([ForgetfulModule])).rejects.toThrow(reason);
  });

  it('are all in the OpenAPI document, with an answer that has a schema or is empty', () => {
    const routes = served.filter(isAdmin).filter(({ path }) => path !== OPENAPI_PATH);
    for (const route of routes) {
      const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
      const operation = documented[path]?.[route.method.toLowerCase()] as
        { summary?: string; responses: Record<string, { content?: Record<string, { schema?: object }> }> } | undefined;
      const success = Object.entries(operation?.responses ?? {}).find(([status]) => status.startsWith('2'));
      expect({ route: text(route), summary: operation?.summary, success: success?.[0] }).toEqual({
        route: text(route),
        summary: expect.stringMatching(/\S{3}/),
        success: expect.stringMatching(/^20[014]$/),
      });
      if (success?.[0] !== '204') expect(success?.[1].content?.['application/json']?.schema).toBeDefined();
      expect(Object.keys(operation?.responses ?? {})).toEqual(expect.arrayContaining(['401', '403', '503']));
    }
  });
});
