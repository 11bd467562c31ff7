import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import { AdminGuard } from './admin.guard.js';
import { PERMISSION } from './metadata.js';
import type { Permission } from './permissions.js';

/** Lets in admins who have the permission, see `permissions.ts`. For a route, or a controller whose routes share it. */
export const Requires = (permission: Permission): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(PERMISSION, permission), UseGuards(AdminGuard));
