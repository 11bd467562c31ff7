import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiProperty, ApiPropertyOptional, ApiResponse } from '@nestjs/swagger';

/** One field that is not as it should be. */
export class FieldProblem {
  @ApiProperty({ description: 'Name of the field, as a path where it lies deeper.', example: 'slug' })
  field!: string;

  @ApiProperty({ description: 'What it must be.' })
  detail!: string;

  @ApiProperty({ description: 'Where it is in the body or the query, as a JSON Pointer fragment.', example: '#/slug' })
  pointer!: string;
}

/** RFC 9457. */
export class Problem {
  @ApiProperty({ type: 'integer' })
  status!: number;

  @ApiProperty({ description: 'The name of the status.' })
  title!: string;

  @ApiProperty({ description: 'What was wrong, and what to change.' })
  detail!: string;

  @ApiPropertyOptional({ type: () => [FieldProblem], description: 'One entry for each field that is not valid.' })
  errors?: FieldProblem[];
}

const WHY: Readonly<Record<number, string>> = {
  400: 'A field is not valid; `errors` names each.',
  401: 'No key, or one that is not valid (any more).',
  403: 'The role does not allow it.',
  404: 'There is none, or none that this admin may know of.',
  409: 'It is taken already, or something else is so by now.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  429: 'Too many requests came; `Retry-After` tells how many seconds to wait.',
  503: 'The store is not available; try again shortly.',
};

const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

/** Says that a route stands behind a key, and which problems it answers besides those that every such route does. */
export const Problems = (...statuses: number[]): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiBearerAuth(),
    ...[401, 403, 429, 503, ...statuses].map((status) =>
      ApiResponse({ status, description: WHY[status] ?? '', content }),
    ),
  );
