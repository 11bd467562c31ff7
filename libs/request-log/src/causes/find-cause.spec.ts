import type { ScimErrorKind } from '#scim';
import { CAUSES } from './causes.js';
import { explainCause, findCause } from './find-cause.js';

describe('findCause', () => {
  it.each<[ScimErrorKind | 'internal', string, string, string]>([
    [
      'uniqueness',
      'userName "a@b" is already taken by the user with id 1. Match that user…',
      'POST',
      'duplicateUserName',
    ],
    ['uniqueness', 'A group with this id exists already', 'POST', 'duplicate'],
    ['unauthorized', 'Send the connection’s token as "Authorization: Bearer …".', 'GET', 'noToken'],
    ['unauthorized', 'This token has expired; issue a new one', 'GET', 'expiredToken'],
    ['forbidden', 'This tenant is suspended: nothing can be read', 'GET', 'suspendedTenant'],
    ['unavailable', 'This connection is paused by an admin', 'GET', 'pausedConnection'],
    ['unauthorized', 'This token is not valid here', 'GET', 'unknownToken'],
    ['notFound', 'User 1 not found', 'PUT', 'unknownResource'],
    ['notFound', 'There is nothing at GET /scim/v2/acme/User', 'GET', 'wrongUrl'],
    ['methodNotAllowed', 'POST is not supported here; use GET', 'POST', 'wrongMethod'],
    ['invalidPath', '"urn:x:y:z" is not an attribute path.', 'PATCH', 'wrongNamespace'],
    ['invalidPath', '"a b" is not an attribute path', 'PATCH', 'badAttributePath'],
    ['invalidValue', 'Attribute "active" must be true or false, but a number came.', 'POST', 'wrongType'],
    ['invalidValue', 'Attribute "userName" is required and must not be empty.', 'POST', 'missingMapping'],
    ['invalidValue', 'userName must be given for a User.', 'POST', 'missingMapping'],
    ['invalidValue', 'members.value: "1" is no user or group of this tenant; provision…', 'PATCH', 'unknownMember'],
    ['invalidValue', 'Attribute "title" holds the character U+0000, which is not allowed.', 'POST', 'badCharacter'],
    ['invalidValue', 'count must be an integer.', 'GET', 'badParameter'],
    ['invalidValue', 'The forwarded host must be a host name', 'GET', 'badAddress'],
    ['mutability', 'Attribute "id" is readOnly and cannot be changed.', 'PATCH', 'readOnlyAttribute'],
    ['noTarget', 'No value of "emails" satisfies the filter', 'PATCH', 'noSuchValue'],
    [
      'invalidFilter',
      'Filter, position 10: expected an operator (eq, ne) but found "like"',
      'GET',
      'unsupportedOperator',
    ],
    ['invalidFilter', 'Filter, position 13: expected a value: a string in double quotes', 'GET', 'malformedFilter'],
    ['sensitive', 'Filter, position 1: passwords cannot be searched', 'GET', 'sensitiveFilter'],
    ['invalidSyntax', 'The body is not valid JSON (at character 5). Trailing commas…', 'POST', 'malformedJson'],
    ['invalidSyntax', 'The body must be a JSON object with "Operations".', 'PATCH', 'malformedPatch'],
    [
      'invalidSyntax',
      'The body must be a JSON object holding the attributes of the resource.',
      'POST',
      'malformedBody',
    ],
    ['payloadTooLarge', 'The body is too large: the limit is 1 bytes.', 'POST', 'bodyTooLarge'],
    ['unsupportedMediaType', 'Content-Type must be application/scim+json', 'POST', 'wrongMediaType'],
    [
      'unsupportedMediaType',
      'Content-Encoding must be one of gzip, deflate, or left out.',
      'POST',
      'unsupportedEncoding',
    ],
    ['tooMany', 'This search would have to look at too many resources', 'GET', 'costlySearch'],
    ['expiredCursor', 'The cursor', 'GET', 'staleCursor'],
    ['invalidCursor', 'The cursor', 'GET', 'staleCursor'],
    ['invalidCount', 'count', 'GET', 'badParameter'],
    ['versionMismatch', 'The resource is at version W/"2"', 'PUT', 'staleVersion'],
    ['tooManyRequests', 'Wait', 'GET', 'tooManyRequests'],
    ['unavailable', 'The store is not available', 'GET', 'unavailable'],
    ['notImplemented', 'No', 'GET', 'notImplemented'],
    ['internal', 'Something went wrong', 'GET', 'internalError'],
    ['invalidVers', 'A version', 'GET', 'other'],
  ])('%s "%s" (%s) → %s', (kind, detail, method, cause) => {
    expect(findCause({ kind, detail, method })).toBe(cause);
  });
});

describe('explainCause', () => {
  it('says where each provider’s admin sets the matching attribute', () => {
    expect(explainCause('duplicateUserName', { idp: 'okta' }).fix).toContain('"Unique identifier field for users"');
    expect(explainCause('duplicateUserName', { idp: 'entra-id' }).fix).toContain('Match objects using this attribute');
    const other = explainCause('duplicateUserName', { idp: 'generic', matchingAttribute: 'externalId' });
    expect(other.fix).toContain('choose userName as the matching attribute');
    expect(other.fix).toContain('set to match by externalId');
  });

  it('leaves no placeholder and no half sentence, for any code', () => {
    for (const code of Object.keys(CAUSES) as (keyof typeof CAUSES)[]) {
      for (const text of Object.values(explainCause(code, {}))) {
        expect(text).toMatch(/^[A-Z].+\.$/);
        expect(text).not.toMatch(/\{\w+\}/);
      }
    }
  });
});
