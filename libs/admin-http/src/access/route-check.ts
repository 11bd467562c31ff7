import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { declaredRoutes } from './declared-routes.js';

/** Lets no app start with a route under `/admin` that does not say who may use it: a guard that is forgotten guards nothing. */
@Injectable()
export class RouteCheck implements OnModuleInit {
  constructor(private readonly modules: ModulesContainer) {}

  onModuleInit(): void {
    const open = declaredRoutes(this.modules).filter(
      ({ path, permission, isGuarded, isPublic }) =>
        /^\/admin(\/|$)/.test(path) && !isPublic && !(permission !== undefined && isGuarded),
    );
    if (open.length === 0) return;
    const names = open.map(({ method, path }) => `${method} ${path}`).join(', ');
    throw new Error(`Nobody has said who may use ${names}; add @Requires or @Public`);
  }
}
