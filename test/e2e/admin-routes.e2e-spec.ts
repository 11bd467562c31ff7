import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AdminGuard,
  AdminHttpModule,
  OPENAPI_PATH,
  openApiDocument,
  peopleController,
  publishOpenApi,
} from '#admin-http';
import { loadConfig } from '#config';
import { openEngines } from '#engines';
import { createLogger } from '#telemetry';
import { Controller, Get, Module } from '@nestjs/common';
import { startGateway } from '../../apps/scim-gateway/src/gateway-app.js';
import { pageSizes } from '../../apps/scim-gateway/src/gateway.module.js';
import { type DeclaredRoute, declaredRoutes, type ServedRoute, servedRoutes } from '../support/routes.js';
import { ADMIN_KEY } from '../support/start-gateway.js';

const PEOPLE = Symbol('People');

@Controller('admin/v1/forgotten')
class ForgottenController {
  @Get()
  list() {
    return { secret: true };
  }
}

/** A list of a sample product, and a route whose author forgot to say who may use it. */
@Module({
  controllers: [peopleController('wellness/people', PEOPLE), ForgottenController],
  providers: [{ provide: PEOPLE, useValue: { list: () => Promise.resolve({ people: [] }) } }],
})
class BesideModule {}

/** The routes of the running server, walked one by one: what no spec asks for by name is found here. */
describe('the routes of the admin API', () => {
  let served: ServedRoute[];
  let declared: DeclaredRoute[];
  let documented: Record<string, Record<string, object>>;
  let end: () => Promise<void>;

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-routes-'));
    const config = loadConfig({ DATA_DIR: directory, LOG_LEVEL: 'silent' });
    const engines = await openEngines(config);
    const gateway = await startGateway({
      config,
      engines,
      logger: createLogger('silent'),
      beside: [AdminHttpModule.forRoot({ adminKey: ADMIN_KEY, page: pageSizes(config) }), BesideModule],
      prepare: publishOpenApi,
    });
    end = async () => {
      await gateway.stop();
      await engines[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    };
    served = await servedRoutes(gateway.app);
    declared = declaredRoutes(gateway.app);
    documented = openApiDocument(gateway.app).paths as typeof documented;
  });
  afterAll(() => end());

  const isForgotten = ({ path }: ServedRoute) => path === '/admin/v1/forgotten';
  const isAdmin = ({ path }: ServedRoute) => path.startsWith('/admin');
  const isBehindTheKey = (route: ServedRoute) => isAdmin(route) || route.path.endsWith('/people');
  const text = ({ method, path }: ServedRoute) => `${method} ${path}`;
  const unguarded = (routes: readonly DeclaredRoute[]) =>
    routes.filter(({ permission, guards }) => permission === undefined || !guards.includes(AdminGuard)).map(text);

  it('are all declared by controllers, but for the document itself', () => {
    const known = new Set(declared.map(text));
    const others = served.filter(isBehindTheKey).filter((route) => !known.has(text(route)));
    expect(others.map(text)).toEqual([`GET ${OPENAPI_PATH}`]);
    expect(served.filter(isAdmin).length).toBeGreaterThan(25);
  });

  it('all stand behind the guard and say what they require', () => {
    const routes = declared.filter(isBehindTheKey).filter((route) => !isForgotten(route));
    expect(routes.length).toBeGreaterThan(25);
    expect(unguarded(routes)).toEqual([]);
    // Which this spec would notice.
    expect(unguarded(declared.filter(isForgotten))).toEqual(['GET /admin/v1/forgotten']);
  });

  it('are all in the OpenAPI document, with an answer that has a schema or is empty', () => {
    const routes = served.filter(isAdmin).filter((route) => !isForgotten(route) && route.path !== OPENAPI_PATH);
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
