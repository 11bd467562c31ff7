import { applyDecorators, type CustomDecorator, SetMetadata, UseGuards } from '@nestjs/common';
import { AdminGuard } from './admin.guard.js';
import { PERMISSION, PUBLIC } from './metadata.js';
import type { Permission } from './permissions.js';

/** Lets in admins who have the permission, see `permissions.ts`. For a route, or a controller whose routes share it. */
export const Requires = (permission: Permission): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(PERMISSION, permission), UseGuards(AdminGuard));

/** Says that a route is meant for everybody, without a key. */
export const Public = (): CustomDecorator => SetMetadata(PUBLIC, true);
