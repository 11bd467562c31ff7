import { ADMIN_KEY_HOLDER, type AdminDirectory, type AdminPrincipal, hashToken, sameHash, tokenIn } from '#access';
import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Inject,
  Injectable,
  NotFoundException,
  Optional,
  UnauthorizedException,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { rememberAdmin } from './acting-admin.js';
import { ADMIN_LIMITS, type AdminLimits } from './admin-limits.js';
import { PERMISSION } from './metadata.js';
import { decideAccess, type Permission } from './permissions.js';

/** Injection token of the admin key's hash, see `hashToken`. */
export const ADMIN_KEY_HASH = Symbol('AdminKeyHash');
/** Injection token of the {@link AdminDirectory}; absent: the admin key alone opens. */
export const ADMIN_DIRECTORY = Symbol('AdminDirectory');

/** What is answered for a tenant that is not there, and for one that is nobody's business. */
export const noSuchTenant = (): NotFoundException => new NotFoundException('No such tenant');

/**
 * Lets in whoever shows the admin key, or the key of an admin who may do what the route requires. A foreign tenant is
 * answered like one that does not exist.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    @Inject(ADMIN_KEY_HASH) private readonly keyHash: string,
    private readonly reflector: Reflector,
    @Optional() @Inject(ADMIN_DIRECTORY) private readonly directory?: AdminDirectory,
    @Optional() @Inject(ADMIN_LIMITS) private readonly limits?: AdminLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context
      .switchToHttp()
      .getRequest<FastifyRequest<{ Params: { slug?: string }; Querystring: { tenant?: string | string[] } }>>();
    const admin = await this.authenticate(request);
    await this.limits?.take(admin.id, Date.now());
    const { tenant: queryTenant } = request.query ?? {};
    const where = [context.getHandler(), context.getClass()];
    const permission = this.reflector.getAllAndOverride<Permission | undefined>(PERMISSION, where);
    const decision = decideAccess(admin, {
      permission,
      method: request.method,
      pathTenant: request.params?.slug,
      // A list of tenants is refused by validation; until then it is nobody's.
      queryTenant: Array.isArray(queryTenant) ? '' : queryTenant,
    });
    if (decision === 'hidden') throw noSuchTenant();
    if (decision === 'forbidden') {
      const remedy = permission === 'people:read' ? ' Name one of your tenants as "tenant" in the query.' : '';
      throw new ForbiddenException(`The role of ${admin.role} does not allow this here.${remedy}`);
    }
    rememberAdmin(request, admin);
    return true;
  }

  private async authenticate({ headers, raw }: FastifyRequest): Promise<AdminPrincipal> {
    const key = tokenIn(headers.authorization);
    if (key === undefined) throw new UnauthorizedException('Send an admin’s key as "Authorization: Bearer …".');
    if (sameHash(hashToken(key), this.keyHash)) return ADMIN_KEY_HOLDER;
    const found = await this.directory?.lookup(key);
    if (found?.outcome === 'known') return found.admin;
    await this.limits?.failed(raw);
    throw new UnauthorizedException(
      found?.outcome === 'expired'
        ? 'This key has expired; have an operator issue another.'
        : 'This key is not valid; send an admin’s key as "Authorization: Bearer …".',
    );
  }
}
