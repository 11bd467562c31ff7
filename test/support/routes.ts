import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** A route as the HTTP server has it, e.g. `GET /admin/v1/tenants/:slug`. */
export interface ServedRoute {
  readonly method: string;
  readonly path: string;
}

/** Every route that the server answers, whoever registered it. HEAD goes with GET. */
export async function servedRoutes(app: NestFastifyApplication): Promise<ServedRoute[]> {
  const fastify = app.getHttpAdapter().getInstance();
  await fastify.ready();
  const routes: ServedRoute[] = [];
  const segments: string[] = [];
  for (const line of fastify.printRoutes({ commonPrefix: false }).split('\n')) {
    const found = /^((?:│ {3}| {4})*)(?:├── |└── )(\S*)(?: \((.*)\))?/.exec(line);
    if (!found) continue;
    const [, indent = '', segment = '', methods] = found;
    const depth = indent.length / 4;
    segments.length = depth;
    segments[depth] = segment;
    for (const method of methods?.split(', ') ?? []) {
      if (method !== 'HEAD') routes.push({ method, path: segments.join('') });
    }
  }
  return routes;
}
