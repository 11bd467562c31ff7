import { PERMISSION, type Permission } from '#admin-http';
import { RequestMethod } from '@nestjs/common';
import { GUARDS_METADATA, METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** A route as the HTTP server has it, e.g. `GET /admin/v1/tenants/:slug`. */
export interface ServedRoute {
  readonly method: string;
  readonly path: string;
}

/** A route as a controller declares it. */
export interface DeclaredRoute extends ServedRoute {
  readonly permission: Permission | undefined;
  /** Classes of the guards in front of it. */
  readonly guards: readonly unknown[];
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

/** Every route that a controller of the app declares. */
export function declaredRoutes(app: NestFastifyApplication): DeclaredRoute[] {
  const controllers = [...app.get(ModulesContainer).values()].flatMap(({ controllers: all }) => [...all.values()]);
  return controllers.flatMap(({ metatype }) => {
    if (!metatype) return [];
    const base = String(Reflect.getMetadata(PATH_METADATA, metatype));
    const prototype = metatype.prototype as Record<string, unknown>;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const handler = Object.getOwnPropertyDescriptor(prototype, name)?.value as object | undefined;
      const method = handler && (Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined);
      if (!handler || method === undefined) return [];
      const rest = String(Reflect.getMetadata(PATH_METADATA, handler));
      const of = (key: string) => [handler, metatype].map((where) => Reflect.getMetadata(key, where) as unknown);
      return [
        {
          method: RequestMethod[method] ?? '',
          path: `/${base}/${rest}`.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1'),
          permission: of(PERMISSION).find((permission) => permission !== undefined) as Permission | undefined,
          guards: of(GUARDS_METADATA).flatMap((guards) => (guards as unknown[] | undefined) ?? []),
        },
      ];
    });
  });
}
