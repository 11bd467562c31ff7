import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import { type InvalidField, invalidField, InvalidFields, invalidFields } from './invalid-fields.js';

/** No body of fixed shape comes near these; what goes beyond only means to exhaust the stack, or the process. */
const MAX_DEPTH = 20;
const MAX_VALUES = 10_000;

/**
 * class-validator over bodies and queries of fixed shape: nothing undeclared is let through. What class-transformer, which
 * goes before it, cannot bear is refused first: members named like what every object has, of which it would call
 * `constructor`, endless nesting, and more members than it gets through without holding up everybody else.
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
    const fault = new Inspection().faultIn(value, []);
    if (fault) throw new InvalidFields([fault]);
    return super.transform(value, metadata);
  }
}

class Inspection {
  private values = 0;

  faultIn(value: unknown, path: readonly string[]): InvalidField | undefined {
    if (++this.values > MAX_VALUES) return invalidField([], `the body holds more than ${MAX_VALUES} values`);
    if (typeof value !== 'object' || value === null) return undefined;
    if (path.length === MAX_DEPTH) return invalidField([], `the body is nested more than ${MAX_DEPTH} levels deep`);
    for (const [name, part] of Object.entries(value)) {
      if (name in Object.prototype || name === 'prototype')
        return invalidField([...path, name], `property ${name} should not exist`);
      const fault = this.faultIn(part, [...path, name]);
      if (fault) return fault;
    }
    return undefined;
  }
}
