import { type ModulesContainer } from '@nestjs/core';
import { RequestMethod } from '@nestjs/common';
import { GUARDS_METADATA, METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { AdminGuard } from './admin.guard.js';
import { PERMISSION, PUBLIC } from './metadata.js';
import type { Permission } from './permissions.js';

/** A route as a controller declares it. */
export interface DeclaredRoute {
  readonly method: string;
  /** e.g. `/admin/v1/tenants/:slug`. */
  readonly path: string;
  readonly permission: Permission | undefined;
  /** Whether the admin guard stands in front of it. */
  readonly isGuarded: boolean;
  /** Whether it says that it is meant for everybody. */
  readonly isPublic: boolean;
}

/** Every route that a controller of the app declares. */
export function declaredRoutes(modules: ModulesContainer): DeclaredRoute[] {
  const controllers = [...modules.values()].flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => (metatype ? routesOf(metatype) : []));
}

function routesOf(controller: { readonly prototype?: unknown }): DeclaredRoute[] {
  const members = Object.getOwnPropertyDescriptors(controller.prototype);
  return Object.values(members).flatMap(({ value: handler }: PropertyDescriptor): DeclaredRoute[] => {
    if (typeof handler !== 'function') return [];
    const method = Reflect.getMetadata(METHOD_METADATA, handler as object) as RequestMethod | undefined;
    if (method === undefined) return [];
    const [own, shared] = [handler as object, controller];
    const either = (key: string): unknown => Reflect.getMetadata(key, own) ?? Reflect.getMetadata(key, shared);
    const guards = [own, shared].flatMap(
      (of) => (Reflect.getMetadata(GUARDS_METADATA, of) as unknown[] | undefined) ?? [],
    );
    const paths = [shared, own].map((of) => String(Reflect.getMetadata(PATH_METADATA, of)));
    return [
      {
        method: RequestMethod[method],
        path: `/${paths.join('/')}`.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1'),
        permission: either(PERMISSION) as Permission | undefined,
        isGuarded: guards.includes(AdminGuard),
        isPublic: either(PUBLIC) === true,
      },
    ];
  });
}
