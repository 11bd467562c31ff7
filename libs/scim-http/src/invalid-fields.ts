import { BadRequestException } from '@nestjs/common';
import type { ValidationError } from 'class-validator';

/** One field of a request that is not as it should be. */
export interface InvalidField {
  /** Name of the field, as a path with dots where it lies deeper. */
  readonly field: string;
  /** What it must be. */
  readonly detail: string;
  /** JSON Pointer fragment (RFC 6901 §6). */
  readonly pointer: string;
}

/** Faults that one answer tells of; nobody reads more at a time. */
const MAX_TOLD = 50;

/** A body or query that validation refused; the message names the faults. */
export class InvalidFields extends BadRequestException {
  readonly fields: readonly InvalidField[];

  constructor(all: readonly InvalidField[]) {
    const fields = all.slice(0, MAX_TOLD);
    const rest = all.length > MAX_TOLD ? `; and ${all.length - MAX_TOLD} more` : '';
    super(`Some fields are not valid: ${fields.map(({ detail }) => detail).join('; ')}${rest}`);
    this.fields = fields;
  }
}

/** @param path name of the field, and of those it lies in @param detail what it must be */
export const invalidField = (path: readonly string[], detail: string): InvalidField => ({
  field: path.join('.'),
  detail,
  pointer: `#${path.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')}`,
});

/** What class-validator found, field by field. */
export function invalidFields(errors: readonly ValidationError[], above: readonly string[] = []): InvalidField[] {
  return errors.flatMap(({ property, constraints = {}, children = [] }) => {
    const path = [...above, property];
    const own = Object.values(constraints).map((detail) => invalidField(path, detail));
    return [...own, ...invalidFields(children, path)];
  });
}
