import { type ArgumentMetadata, BadRequestException, ValidationPipe } from '@nestjs/common';

/** No body of fixed shape comes near it; what goes deeper only means to exhaust the stack. */
const MAX_DEPTH = 20;

/**
 * class-validator over bodies and queries of fixed shape: nothing undeclared is let through. What class-transformer, which
 * goes before it, cannot bear is refused first: a member named `constructor`, which it would call, and endless nesting.
 */
export class StrictValidationPipe extends ValidationPipe {
  constructor() {
    super({ transform: true, whitelist: true, forbidNonWhitelisted: true });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const fault = faultIn(value, 0);
    if (fault !== undefined) throw new BadRequestException([fault]);
    return super.transform(value, metadata);
  }
}

function faultIn(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === MAX_DEPTH) return `the body is nested more than ${MAX_DEPTH} levels deep`;
  if (Object.hasOwn(value, 'constructor')) return 'property constructor should not exist';
  for (const part of Object.values(value)) {
    const fault = faultIn(part, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
