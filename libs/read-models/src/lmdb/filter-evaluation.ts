import { Context } from 'mingo/core';
import { $and, $nor, $not, $or } from 'mingo/operators/query/logical';
import { Query } from 'mingo/query';
import type { Document, Filter } from '../read-models.port.js';
import { anyValueAt, isRecord, type PathParts } from './document-paths.js';
import { compareValues, typeRank } from './value-order.js';

type Test = (document: unknown) => boolean;
type LeafOperator = (selector: string, operand: unknown) => Test;

/** Tests the values at a path: an array there is looked into one level, and is a value of its own besides. */
function leaf(test: (value: unknown, operand: unknown) => boolean): LeafOperator {
  return (selector, operand) => {
    const path = selector.split('.');
    return (document) =>
      anyValueAt(document, path, (value) =>
        Array.isArray(value)
          ? value.some((element) => test(element, operand)) || test(value, operand)
          : test(value, operand),
      );
  };
}

function negated(operator: LeafOperator): LeafOperator {
  return (selector, operand) => {
    const test = operator(selector, operand);
    return (document) => !test(document);
  };
}

function comparison(holds: (order: number) => boolean): LeafOperator {
  return leaf((value, operand) => typeRank(value) === typeRank(operand) && holds(compareValues(value, operand)));
}

const $eq = leaf((value, operand) => compareValues(value, operand) === 0);

const $in: LeafOperator = (selector, operand) => {
  if (!Array.isArray(operand)) throw new TypeError('$in and $nin need an array');
  const scalars = new Set<unknown>(operand.filter((value) => typeof value !== 'object'));
  const others = operand.filter((value) => typeof value === 'object' || value === undefined);
  return leaf((value) => scalars.has(value) || others.some((other) => compareValues(value, other) === 0))(
    selector,
    operand,
  );
};

const $exists: LeafOperator = (selector, operand) => {
  const path = selector.split('.');
  return (document) => anyValueAt(document, path, (value) => value !== undefined) === Boolean(operand);
};

/** mingo hands the pattern over as a RegExp. */
const $regex = leaf((value, pattern) => typeof value === 'string' && (pattern as RegExp).test(value));

const $elemMatch: LeafOperator = (selector, operand) => {
  const path: PathParts = selector.split('.');
  const criteria = operand as Record<string, unknown>;
  const onValue = Object.keys(criteria).some((key) => key.startsWith('$') && !['$and', '$or', '$nor'].includes(key));
  const compiled = compileFilter(onValue ? { element: criteria } : criteria);
  const matches = (element: unknown) => (onValue ? compiled({ element }) : isRecord(element) && compiled(element));
  return (document) => anyValueAt(document, path, (value) => Array.isArray(value) && value.some(matches));
};

/**
 * mingo parses filters and combines their clauses. The operators on values are ours, because mingo's differ from
 * MongoDB where the port promises MongoDB: null against array elements without the member, `$elemMatch` through nested
 * arrays, strings ordered by code point, `$gte` with null.
 */
const operators = {
  query: {
    $and,
    $or,
    $nor,
    $not,
    $eq,
    $ne: negated($eq),
    $gt: comparison((order) => order > 0),
    $gte: comparison((order) => order >= 0),
    $lt: comparison((order) => order < 0),
    $lte: comparison((order) => order <= 0),
    $in,
    $nin: negated($in),
    $exists,
    $regex,
    $elemMatch,
  },
};
const context = Context.init(operators as unknown as Parameters<typeof Context.init>[0]);

/** @throws Error the filter is malformed or uses an operator that the port does not name */
export function compileFilter(filter: Filter): (document: unknown) => boolean {
  const query = new Query<Record<string, unknown>>(filter, { context });
  return (document) => query.test(document as Record<string, unknown>);
}

export type CompiledFilter = (document: Document) => boolean;
