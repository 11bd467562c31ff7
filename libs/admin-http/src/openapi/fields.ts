import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  Validate,
  ValidateIf,
  ValidateNested,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { isUtc, toUtc } from './utc-time.js';

/*
 * One decorator for a field of a request: what it must be, checked by class-validator, and the same in the OpenAPI document.
 */

interface About {
  readonly description?: string;
  readonly example?: unknown;
  /** May be left out. */
  readonly optional?: boolean;
  /** May be null, which then means "as everybody has it". */
  readonly nullable?: boolean;
}

/** Unlike `IsOptional`, which lets null pass as well. */
const MayBeLeftOut = ValidateIf((_, value) => value !== undefined);

function field(schema: ApiPropertyOptions, { optional, nullable, ...about }: About, ...checks: PropertyDecorator[]) {
  const described = { ...schema, ...about, ...(nullable && { nullable }) } as ApiPropertyOptions;
  return optional
    ? applyDecorators(ApiPropertyOptional(described), nullable ? IsOptional() : MayBeLeftOut, ...checks)
    : applyDecorators(ApiProperty(described), ...checks);
}

/** Text of `min` (default 1) to `max` (default 200) characters. */
export function Text({ min = 1, max = 200, ...about }: About & { min?: number; max?: number } = {}): PropertyDecorator {
  return field({ type: String, minLength: min, maxLength: max }, about, IsString(), Length(min, max));
}

/** Text that a pattern holds for; `message` says in words what it must be. */
export function Pattern(pattern: RegExp, message: string, about: About = {}): PropertyDecorator {
  return field({ type: String, pattern: pattern.source }, about, Matches(pattern, { message }));
}

export function OneOf(values: readonly string[], about: About & { message?: string } = {}): PropertyDecorator {
  const { message = `$property must be one of ${values.join(', ')}`, ...rest } = about;
  return field({ type: String, enum: [...values] }, rest, IsIn(values, { message }));
}

/** A list of some of the values, at least one. */
export function SomeOf(values: readonly string[], about: About = {}): PropertyDecorator {
  const message = `$property must be some of ${values.join(', ')}`;
  return field(
    { type: 'array', items: { type: 'string', enum: [...values] }, minItems: 1 },
    about,
    IsArray({ message }),
    ArrayNotEmpty({ message }),
    IsIn(values, { each: true, message }),
  );
}

/** An integer from a JSON body. */
export function Int({ min, max, ...about }: About & { min: number; max: number }): PropertyDecorator {
  return field({ type: 'integer', minimum: min, maximum: max }, about, IsInt(), Min(min), Max(max));
}

const toInt = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value,
);

/** An integer from the query string; never required. */
export function QueryInt({ min, max, ...about }: About & { min: number; max: number }): PropertyDecorator {
  return applyDecorators(toInt, Int({ min, max, ...about, optional: true }));
}

@ValidatorConstraint({ name: 'inTheFuture' })
class InTheFuture implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    // What is no date is another constraint's business.
    return typeof value !== 'string' || !(Date.parse(value) <= Date.now());
  }
  defaultMessage(): string {
    return '$property must be in the future';
  }
}

@ValidatorConstraint({ name: 'dateTime' })
class IsDateTime implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return isUtc(value);
  }
  defaultMessage(): string {
    return '$property must be a date and time, as 2027-01-31T08:00:00Z';
  }
}

/** A date and time of ISO 8601, which the class gets in UTC ({@link toUtc}); `future`: one that has not come yet. */
export function DateTime({ future, ...about }: About & { future?: boolean } = {}): PropertyDecorator {
  const checks = [Validate(IsDateTime), ...(future ? [Validate(InTheFuture)] : [])];
  const transform = Transform(({ value }: { value: unknown }) => toUtc(value));
  return applyDecorators(transform, field({ type: String, format: 'date-time' }, about, ...checks));
}

/** A list of texts, each held to a pattern. */
export function Texts(pattern: RegExp, message: string, { max, ...about }: About & { max: number }): PropertyDecorator {
  const items = { type: 'string' as const, pattern: pattern.source };
  return field(
    { type: 'array', items, maxItems: max },
    about,
    IsArray(),
    ArrayMaxSize(max),
    Matches(pattern, { each: true, message }),
  );
}

const toBoolean = Transform(({ value }: { value: unknown }) =>
  value === 'true' ? true : value === 'false' ? false : value,
);

/** True or false from the query string; never required. */
export function Flag(about: About = {}): PropertyDecorator {
  return applyDecorators(toBoolean, field({ type: Boolean }, { ...about, optional: true }, IsBoolean()));
}

/** A class whose fields say what they must be. */
type Shape = () => new () => object;

/** An object within the body. */
export function Part(shape: Shape, about: About = {}): PropertyDecorator {
  return field({ type: shape }, about, Type(shape), IsObject(), ValidateNested());
}

/** A list of objects within the body. */
export function Lines(shape: Shape, { max, ...about }: About & { max: number }): PropertyDecorator {
  return field(
    { type: () => [shape()], maxItems: max },
    about,
    Type(shape),
    IsArray(),
    ArrayMaxSize(max),
    ValidateNested({ each: true }),
  );
}
