import type { Cause } from './cause.types.js';

const cause = (likelyCause: string, fix: string): Cause => ({ likelyCause, fix });

/**
 * Why requests are refused, by codes that stay as they are: dashboards and alerts are built on them. A code once given is
 * never used for anything else.
 */
export const CAUSES = {
  // Who is speaking
  noToken: cause(
    'The request carries no token.',
    'Enter the connection’s token at the identity provider, as a bearer token or HTTP header.',
  ),
  unknownToken: cause(
    'The token was never issued, was revoked, or its connection was deleted. A token cut off when it was pasted looks the same.',
    'Issue a new token for the connection and enter it at the identity provider.',
  ),
  expiredToken: cause(
    'The token has passed its expiry date.',
    'Issue a new token for the connection and enter it at the identity provider.',
  ),
  expiredAccessToken: cause(
    'The access token has expired. The identity provider gets another with its refresh token.',
    'Nothing, if calls succeed again. If not, have the provider’s admin authorise the connection again.',
  ),
  tooManyFailures: cause(
    'Requests with wrong tokens come from one address again and again, and are not looked at for a while. Good tokens are.',
    'Find who sends them; where it is the identity provider, enter a good token there.',
  ),
  foreignToken: cause(
    'The token belongs to another tenant than the base URL names.',
    'Enter base URL and token of the same connection.',
  ),
  suspendedTenant: cause(
    'An operator has suspended the tenant, so nobody reads or changes its people over SCIM.',
    'Ask the operator of this service to resume the tenant, then start a full synchronisation.',
  ),
  pausedConnection: cause(
    'An admin has paused the connection.',
    'Resume the connection in its settings here. Identity providers send again what they could not; a full synchronisation makes sure.',
  ),
  forbidden: cause(
    'The token may not do this.',
    'Give the credential the scope that the detail names, or use one that has it.',
  ),

  // Whom it is about
  duplicateUserName: cause(
    'Another user has this userName already, so the identity provider looked for the person by another attribute, did not find them and tried to create them once more.',
    'Match users by userName. {matching} Then start the provisioning of this person again.',
  ),
  duplicate: cause(
    'There is one like it already.',
    'Let the identity provider look for it before it creates one, and link the two.',
  ),
  unknownResource: cause(
    'The identity provider remembers an id that is not, or no longer, served here: the person or group was deleted, or belongs to another tenant.',
    'Start a full synchronisation, so that the identity provider looks for people by their matching attribute again.',
  ),
  unknownMember: cause(
    'A group is to hold somebody who has not been provisioned here.',
    'Assign the person to the application too, not only the group; then push the group again.',
  ),
  staleVersion: cause(
    'Somebody else changed the resource since the client read it.',
    'Nothing, if it happens now and then: the client reads again and repeats. If always, two systems write the same people.',
  ),

  // Mapping
  missingMapping: cause(
    'A required attribute is not mapped, or is empty for this person at the identity provider.',
    'Map a source to the attribute that the detail names, and fill it in for this person.',
  ),
  wrongType: cause(
    'The source of the mapping has another type than the attribute.',
    'Map a source of the type that the detail names; dates are written YYYY-MM-DD or as ISO 8601, booleans true or false.',
  ),
  wrongNamespace: cause(
    'The attribute is sent under another schema URN than the one that defines it.',
    'Set the external namespace of the mapping to the URN that defines the attribute; core attributes have none.',
  ),
  undeclaredExtension: cause(
    'The attribute is sent under a URN that no schema of this tenant declares. It is kept and returned, but products read it only where a mapping names it.',
    'Declare or map it, or send it under the enterprise extension where the product’s guide asks for that.',
  ),
  badAttributePath: cause(
    'What is sent as the name of an attribute, or as the path to one, is none.',
    'Correct the external name in the mapping: letters, digits, "-" and "_", after the URN and ":" where it has one.',
  ),
  readOnlyAttribute: cause(
    'The mapping writes an attribute that only this service may change, or removes a required one.',
    'Remove the attribute from the mapping.',
  ),
  noSuchValue: cause(
    'The change is meant for a value of the attribute that is not there.',
    'Map the attribute with a type, such as emails[type eq "work"].value, so that a missing value can be made.',
  ),
  badCharacter: cause('A value holds a character that no text may hold.', 'Clean the value at its source.'),
  tooManyValues: cause(
    'One request carries more than is taken in at once.',
    'Send less in one request: large groups in several changes.',
  ),

  // Filters
  unsupportedOperator: cause(
    'The filter uses an operator that SCIM does not have.',
    'Use eq, ne, co, sw, ew, gt, ge, lt, le or pr, joined by and, or and not ( ).',
  ),
  malformedFilter: cause(
    'The filter is not written as SCIM has it; mostly text without double quotes.',
    'Write it as in userName eq "ana@example.com", and encode it for a URL.',
  ),
  sharedExternalId: cause(
    'Several people have the externalId that the identity provider looks one up by, so it may take one for another. Its source holds the same for them, or two identity providers give out the same.',
    'Map externalId to an id that the identity provider gives to one person alone, such as objectId in Entra ID, or match users by userName; then correct the people who share it.',
  ),
  unknownFilterAttribute: cause(
    'The filter asks for an attribute that no schema knows, so nobody matches. The identity provider will then take everybody for new.',
    '{matching} Check the spelling of the attribute’s name, and its URN.',
  ),
  unsupportedFilter: cause(
    'The filter asks something that cannot be answered at any size.',
    'Ask for one member or one group by id, or list without a filter.',
  ),
  sensitiveFilter: cause(
    'Somebody tries to search or sort by a password.',
    'Leave passwords out of filters and sorting.',
  ),
  badParameter: cause(
    'A query parameter has a value that it cannot have.',
    'Correct or leave out the parameter that the detail names.',
  ),

  costlySearch: cause(
    'The search would have to look at too many resources one by one.',
    'Search by an attribute that the detail names, or have the operator raise LIST_SEARCH_MS.',
  ),
  staleCursor: cause(
    'The cursor of a page has expired, or is used with another list than it came from.',
    'Start the list again from its first page.',
  ),

  // Form
  malformedJson: cause(
    'The body is not valid JSON: a trailing comma, a comment, single quotes, or a template with a macro that came out empty.',
    'Correct the body or its template at the identity provider. A trailing comma is not allowed in JSON.',
  ),
  malformedBody: cause(
    'The body is JSON, but not what this request needs.',
    'Compare the body with the example in the documentation.',
  ),
  malformedPatch: cause(
    'The body of the PATCH is not a list of operations as SCIM has it.',
    'Send {"Operations": [{"op": …, "path": …, "value": …}]}; SCIM 1.1 clients must be set to SCIM 2.0.',
  ),
  bodyTooLarge: cause(
    'The request is larger than the limit, often a group pushed whole.',
    'Let the identity provider send changes of members instead of whole groups, or raise MAX_BODY_BYTES.',
  ),
  wrongMediaType: cause('The body is not sent as JSON.', 'Set Content-Type to application/scim+json.'),
  unsupportedEncoding: cause(
    'The body is compressed in a way we do not read.',
    'Send it in gzip, deflate, or as it is.',
  ),
  notInflatable: cause(
    'The body is not compressed as its header says, or was cut short on the way.',
    'Look for a proxy that changes bodies.',
  ),

  // Address
  wrongUrl: cause(
    'There is nothing at this address: a part of the base URL is doubled or missing.',
    'Enter the base URL exactly as the connection shows it.',
  ),
  wrongMethod: cause(
    'What is at this address cannot be used in this way.',
    'Look at the Allow header of the answer for what can.',
  ),
  badAddress: cause(
    'The address cannot be read, or a proxy passes on headers that cannot be.',
    'Correct the encoding of the URL, or what the proxy writes to its X-Forwarded headers.',
  ),

  // Ours
  tooManyRequests: cause(
    'More requests came at a time than one token or one tenant may send.',
    'Nothing: the identity provider waits and repeats. Where it never catches up, have the operator of this service raise RATE_LIMIT_PER_SECOND.',
  ),
  unavailable: cause(
    'A part of the service was away or behind.',
    'Nothing: the identity provider repeats. If it goes on, look at /health/ready.',
  ),
  notImplemented: cause(
    'The request uses a part of SCIM that is not served here.',
    'Switch that feature off at the identity provider.',
  ),
  internalError: cause('A fault of this service.', 'Report it with the request id; the service’s log has more.'),
  other: cause('See the detail.', 'Change what the detail names.'),
} as const satisfies Record<string, Cause>;

export type CauseCode = keyof typeof CAUSES;
