import { hashToken, sameHash, tokenIn } from '#access';
import { type CanActivate, type ExecutionContext, Inject, Injectable, UnauthorizedException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Injection token of the admin key's hash, see `hashToken`. */
export const ADMIN_KEY_HASH = Symbol('AdminKeyHash');

/** Lets in whoever presents the admin key as a bearer token. */
@Injectable()
export class AdminKeyGuard implements CanActivate {
  constructor(@Inject(ADMIN_KEY_HASH) private readonly keyHash: string) {}

  canActivate(context: ExecutionContext): boolean {
    const key = tokenIn(context.switchToHttp().getRequest<FastifyRequest>().headers.authorization);
    if (key !== undefined && sameHash(hashToken(key), this.keyHash)) return true;
    throw new UnauthorizedException('Send the admin key as "Authorization: Bearer …".');
  }
}
