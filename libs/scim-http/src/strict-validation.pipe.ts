import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import { type InvalidField, invalidField, InvalidFields, invalidFields } from './invalid-fields.js';

/** No body of fixed shape comes near it; what goes deeper only means to exhaust the stack. */
const MAX_DEPTH = 20;

/**
 * class-validator over bodies and queries of fixed shape: nothing undeclared is let through. What class-transformer, which
 * goes before it, cannot bear is refused first: a member named `constructor`, which it would call, and endless nesting.
 */
export class StrictValidationPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      exceptionFactory: (errors) => new InvalidFields(invalidFields(errors)),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const fault = faultIn(value, []);
    if (fault) throw new InvalidFields([fault]);
    return super.transform(value, metadata);
  }
}

function faultIn(value: unknown, path: readonly string[]): InvalidField | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (path.length === MAX_DEPTH) return invalidField([], `the body is nested more than ${MAX_DEPTH} levels deep`);
  if (Object.hasOwn(value, 'constructor')) {
    return invalidField([...path, 'constructor'], 'property constructor should not exist');
  }
  for (const [name, part] of Object.entries(value)) {
    const fault = faultIn(part, [...path, name]);
    if (fault) return fault;
  }
  return undefined;
}
