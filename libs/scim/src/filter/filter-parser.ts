import { ScimError } from '../scim-error.js';
import { isAttributeName } from '../schema/attribute-name.js';
import type { ResourceModel } from '../schema/resource-model.js';
import type { AttributeDefinition, AttributePath } from '../schema/schema.types.js';
import { STRICT, type Tolerances } from '../tolerances.js';
import { isAbsence, typeFault } from './comparand.js';
import { type CompareOperator, type FilterLiteral, type FilterNode, join, type ValuePathNode } from './filter.types.js';
import { findSubAttribute, leafDefinition, resolvePath, withSubAttribute } from './resolve-path.js';
import { parseTextEquality } from './text-equality.js';
import { filterFault, type Token, Tokenizer } from './tokenizer.js';

export const MAX_FILTER_LENGTH = 10_000;
export const MAX_FILTER_TERMS = 200;
export const MAX_FILTER_DEPTH = 50;

const OPERATORS: ReadonlySet<string> = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const KEYWORDS: ReadonlyMap<string, FilterLiteral> = new Map<string, FilterLiteral>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/**
 * Parses a filter (RFC 7644 §3.4.2.2, figure 1) and resolves its names. Names and operators count in any case; `not`
 * binds tighter than `and`, `and` tighter than `or`. Beyond the RFC, `attr[filter].sub op value` is understood as
 * `attr[filter and sub op value]`: Entra ID sends it. Time grows with the length of the text.
 * @throws ScimError `invalidFilter` telling the position and what was expected there; `sensitive` for a password
 */
export function parseFilter(text: string, model: ResourceModel, tolerances: Tolerances = STRICT): FilterNode {
  return parseTextEquality(text, model) ?? new FilterParser(text, model, tolerances).parseWhole();
}

/**
 * Parses what stands in front of a PATCH value: `attr[filter]` or `attr[filter].sub` (RFC 7644 §3.5.2).
 * @throws ScimError `invalidFilter`
 */
export function parseFilteredPath(text: string, model: ResourceModel): { path: AttributePath; filter: FilterNode } {
  return new FilterParser(text, model, STRICT).parseFilteredPath();
}

/** The names that are in reach: a resource's, or a sub-attribute's inside brackets. */
type Scope = { readonly resource: ResourceModel } | { readonly element: AttributeDefinition | undefined };

class FilterParser {
  private readonly tokens: Tokenizer;
  private terms = 0;
  private depth = 0;

  constructor(
    text: string,
    private readonly model: ResourceModel,
    private readonly tolerances: Tolerances,
  ) {
    if (text.length > MAX_FILTER_LENGTH) {
      throw filterFault(MAX_FILTER_LENGTH, `a filter may have at most ${MAX_FILTER_LENGTH} characters`);
    }
    this.tokens = new Tokenizer(text);
  }

  parseWhole(): FilterNode {
    const node = this.parseOr({ resource: this.model });
    this.expectEnd('"and", "or" or the end of the filter');
    return node;
  }

  parseFilteredPath(): { path: AttributePath; filter: FilterNode } {
    const { path } = this.parsePath({ resource: this.model });
    const { filter } = this.parseBrackets(path);
    const sub = this.takeTrailingSub();
    this.expectEnd('".sub-attribute" or the end of the path');
    return { path: withSubAttribute(path, sub?.name), filter };
  }

  private parseOr(scope: Scope): FilterNode {
    const children = [this.parseAnd(scope)];
    while (this.takeWord('or')) children.push(this.parseAnd(scope));
    return join('or', children);
  }

  private parseAnd(scope: Scope): FilterNode {
    const children = [this.parseTerm(scope)];
    while (this.takeWord('and')) children.push(this.parseTerm(scope));
    return join('and', children);
  }

  private parseTerm(scope: Scope): FilterNode {
    if (this.tokens.peek().type === '(') return this.parseGroup(scope);
    if (this.takeWord('not')) {
      const token = this.tokens.peek();
      if (token.type !== '(') throw filterFault(token.at, '"not" must be followed by a filter in parentheses');
      return { type: 'not', filter: this.parseGroup(scope) };
    }
    return this.parseExpression(scope);
  }

  private parseGroup(scope: Scope): FilterNode {
    const opening = this.tokens.next();
    const node = this.nested(opening.at, () => this.parseOr(scope));
    this.expect(')', `"and", "or" or the ")" that closes the "(" at position ${opening.at + 1}`);
    return node;
  }

  private parseExpression(scope: Scope): FilterNode {
    const { path, at } = this.parsePath(scope);
    if (++this.terms > MAX_FILTER_TERMS) throw filterFault(at, `a filter may have at most ${MAX_FILTER_TERMS} terms`);
    if (this.tokens.peek().type !== '[') return this.parseComparison(path);
    if ('element' in scope) throw filterFault(this.tokens.peek().at, 'brackets inside brackets are not supported');

    const valuePath = this.parseBrackets(path);
    const sub = this.takeTrailingSub();
    if (!sub) return valuePath;
    const condition = this.parseComparison(this.resolveSub(path.definition, sub.name, sub.at));
    return { ...valuePath, filter: join('and', [valuePath.filter, condition]) };
  }

  private parseBrackets(path: AttributePath): ValuePathNode {
    const opening = this.tokens.next();
    if (opening.type !== '[') throw filterFault(opening.at, `expected "[" but found ${describe(opening)}`);
    if (path.attribute === undefined || path.subAttribute !== undefined) {
      throw filterFault(opening.at, 'a filter in brackets must follow an attribute, not a schema or a sub-attribute');
    }
    const filter = this.nested(opening.at, () => this.parseOr({ element: path.definition }));
    this.expect(']', `"and", "or" or the "]" that closes the "[" at position ${opening.at + 1}`);
    return { type: 'valuePath', path, filter };
  }

  /** `.sub` behind a closing bracket. */
  private takeTrailingSub(): { name: string; at: number } | undefined {
    const token = this.tokens.peek();
    if (token.type !== 'word' || !token.text.startsWith('.')) return undefined;
    this.tokens.next();
    const name = token.text.slice(1);
    if (!isAttributeName(name)) throw filterFault(token.at, 'expected the name of a sub-attribute behind "."');
    return { name, at: token.at };
  }

  private parsePath(scope: Scope): { path: AttributePath; at: number } {
    const token = this.tokens.next();
    if (token.type !== 'word' || isLogical(token.text)) {
      throw filterFault(token.at, `expected the name of an attribute but found ${describe(token)}`);
    }
    const path =
      'element' in scope
        ? this.resolveSub(scope.element, token.text, token.at)
        : this.resolveInResource(scope.resource, token.text, token.at);
    return { path, at: token.at };
  }

  private resolveInResource(model: ResourceModel, text: string, at: number): AttributePath {
    let path: AttributePath;
    try {
      path = resolvePath(model, text);
    } catch (error) {
      if (error instanceof ScimError) throw filterFault(at, error.detail, error);
      throw error;
    }
    if (path.definition?.returned === 'never' || path.attribute?.toLowerCase() === 'password') {
      // An answer would tell, match by match, what the value is (RFC 7644 §7.5.2).
      throw new ScimError('sensitive', `Filter, position ${at + 1}: passwords cannot be searched`);
    }
    return path;
  }

  /** Inside brackets a name is a sub-attribute's, and the path is relative to the element. */
  private resolveSub(owner: AttributeDefinition | undefined, text: string, at: number): AttributePath {
    if (!isAttributeName(text)) throw filterFault(at, 'expected the name of a sub-attribute');
    const definition = findSubAttribute(owner, text);
    return definition ? { attribute: definition.name, definition } : { attribute: text };
  }

  private parseComparison(written: AttributePath): FilterNode {
    const token = this.tokens.next();
    const operator = token.type === 'word' ? token.text.toLowerCase() : '';
    if (operator === 'pr') return { type: 'present', path: written };
    if (!isCompareOperator(operator)) {
      const names = [...OPERATORS, 'pr'].join(', ');
      throw filterFault(token.at, `expected an operator (${names}) but found ${describe(token)}`);
    }
    const at = this.tokens.peek().at;
    const value = this.parseValue(operator, leafDefinition(written));
    // `emails eq "x"` means the value of an email (RFC 7643 §2.4); `emails eq null` means no emails.
    const path = isAbsence(operator, value) ? written : withDefaultSub(written);
    const node = { type: 'compare', path, operator, value } as const;
    const fault = typeFault(node);
    if (fault !== undefined) throw filterFault(at, fault);
    return node;
  }

  private parseValue(operator: CompareOperator, definition: AttributeDefinition | undefined): FilterLiteral {
    const token = this.tokens.next();
    if (token.type === 'string') return token.value;
    const isText = definition?.type === 'string' || definition?.type === 'reference';
    if (token.type === 'word') {
      const keyword = KEYWORDS.get(token.text);
      if (keyword !== undefined) return keyword;
      if (NUMBER.test(token.text)) {
        // As written: an employee number may be longer than a number is exact.
        if (isText) return token.text;
        const number = Number(token.text);
        if (Number.isFinite(number)) return number === 0 ? 0 : number;
        throw filterFault(token.at, 'this number is too large');
      }
      if (this.tolerances.lenientUnquoted && operator === 'eq' && isText) return token.text;
    }
    throw filterFault(token.at, 'expected a value: a string in double quotes, a number, true, false or null');
  }

  private nested<T>(at: number, parse: () => T): T {
    if (++this.depth > MAX_FILTER_DEPTH) throw filterFault(at, `a filter may nest at most ${MAX_FILTER_DEPTH} levels`);
    const result = parse();
    this.depth--;
    return result;
  }

  private takeWord(word: string): boolean {
    const token = this.tokens.peek();
    if (token.type !== 'word' || token.text.toLowerCase() !== word) return false;
    this.tokens.next();
    return true;
  }

  private expect(type: ')' | ']', expectation: string): void {
    const token = this.tokens.next();
    if (token.type !== type) throw filterFault(token.at, `expected ${expectation} but found ${describe(token)}`);
  }

  private expectEnd(expectation: string): void {
    const token = this.tokens.peek();
    if (token.type !== 'end') throw filterFault(token.at, `expected ${expectation} but found ${describe(token)}`);
  }
}

function withDefaultSub(path: AttributePath): AttributePath {
  if (path.subAttribute !== undefined || path.definition?.type !== 'complex') return path;
  return findSubAttribute(path.definition, 'value') ? withSubAttribute(path, 'value') : path;
}

const isCompareOperator = (word: string): word is CompareOperator => OPERATORS.has(word);
const isLogical = (word: string): boolean => /^(?:and|or)$/i.test(word);

/** What a token is, without its text: that may be somebody's personal data. */
function describe(token: Token): string {
  switch (token.type) {
    case 'end':
      return 'the end';
    case 'string':
      return 'a string';
    case 'word':
      return 'a word';
    default:
      return `"${token.type}"`;
  }
}
