import { findPreset } from '#idp';
import type { Advised, Cause, CauseRule, RefusedRequest } from './cause.types.js';
import { type CauseCode, CAUSES } from './causes.js';

/** In this order: the first rule that fits a refusal names its cause. */
const RULES: readonly (CauseRule & { readonly cause: CauseCode })[] = [
  { kind: 'uniqueness', detail: /^(Operation \d+ .*: )?userName\b/, cause: 'duplicateUserName' },
  { kind: 'uniqueness', cause: 'duplicate' },
  { kind: 'conflict', cause: 'duplicate' },
  { kind: 'unauthorized', detail: /expired/, cause: 'expiredToken' },
  { kind: 'unauthorized', detail: /^Send the connection/, cause: 'noToken' },
  { kind: 'unauthorized', cause: 'unknownToken' },
  { kind: 'forbidden', detail: /filter/, cause: 'badParameter' },
  { kind: 'forbidden', detail: /^This tenant is suspended/, cause: 'suspendedTenant' },
  { kind: 'forbidden', cause: 'forbidden' },
  { kind: 'notFound', detail: /^(User|Group) .* not found$/, cause: 'unknownResource' },
  { kind: 'notFound', cause: 'wrongUrl' },
  { kind: 'methodNotAllowed', cause: 'wrongMethod' },
  { kind: 'versionMismatch', cause: 'staleVersion' },
  { kind: 'mutability', cause: 'readOnlyAttribute' },
  { kind: 'noTarget', detail: /must have a "path"/, cause: 'malformedPatch' },
  { kind: 'noTarget', cause: 'noSuchValue' },
  { kind: 'sensitive', cause: 'sensitiveFilter' },
  { kind: 'invalidFilter', detail: /expected an operator/, cause: 'unsupportedOperator' },
  { kind: 'invalidFilter', detail: /^A filter may ask of/, cause: 'unsupportedFilter' },
  { kind: 'invalidFilter', cause: 'malformedFilter' },
  { kind: 'tooMany', cause: 'costlySearch' },
  { kind: 'invalidCursor', cause: 'staleCursor' },
  { kind: 'expiredCursor', cause: 'staleCursor' },
  { kind: 'invalidCount', cause: 'badParameter' },
  { kind: 'invalidPath', detail: /urn:/i, cause: 'wrongNamespace' },
  { kind: 'invalidPath', cause: 'badAttributePath' },
  { kind: 'payloadTooLarge', cause: 'bodyTooLarge' },
  { kind: 'unsupportedMediaType', detail: /^Content-Encoding/, cause: 'unsupportedEncoding' },
  { kind: 'unsupportedMediaType', cause: 'wrongMediaType' },
  { kind: 'invalidSyntax', detail: /not valid JSON/, cause: 'malformedJson' },
  { kind: 'invalidSyntax', detail: /cannot be inflated/, cause: 'notInflatable' },
  { kind: 'invalidSyntax', detail: /^The URL /, cause: 'badAddress' },
  { kind: 'invalidSyntax', detail: /^(Operation \d+|A PATCH|The body must .*"Operations")/, cause: 'malformedPatch' },
  { kind: 'invalidSyntax', detail: /[Bb]ulk/, cause: 'malformedBody' },
  { kind: 'invalidSyntax', detail: /attribute name|sub-attribute/, cause: 'badAttributePath' },
  { kind: 'invalidSyntax', cause: 'malformedBody' },
  {
    kind: 'invalidValue',
    detail: /required and must not be empty|must be given|is missing\./,
    cause: 'missingMapping',
  },
  { kind: 'invalidValue', detail: /no user or group of this tenant|^members/, cause: 'unknownMember' },
  { kind: 'invalidValue', detail: /U\+0000|surrogate/, cause: 'badCharacter' },
  { kind: 'invalidValue', detail: /has more than|longer than|nested deeper/, cause: 'tooManyValues' },
  { kind: 'invalidValue', detail: /Attribute .* must be/, cause: 'wrongType' },
  { kind: 'invalidValue', detail: /forwarded|Forwarded|^Host /, cause: 'badAddress' },
  { kind: 'invalidValue', method: 'GET', cause: 'badParameter' },
  { kind: 'tooManyRequests', cause: 'tooManyRequests' },
  { kind: 'unavailable', detail: /^This connection is paused/, cause: 'pausedConnection' },
  { kind: 'unavailable', cause: 'unavailable' },
  { kind: 'notImplemented', cause: 'notImplemented' },
  { kind: 'internal', cause: 'internalError' },
];

/** The likely cause of a refusal, by its kind and its detail, which is as stable as an API. */
export function findCause({ kind, detail, method }: RefusedRequest): CauseCode {
  const fits = (rule: CauseRule) =>
    rule.kind === kind &&
    (rule.detail === undefined || rule.detail.test(detail)) &&
    (rule.method === undefined || rule.method === method);
  return RULES.find(fits)?.cause ?? 'other';
}

/** The cause in words, with the place to look at in the provider's own settings. */
export function explainCause(code: CauseCode, { idp, matchingAttribute = 'userName' }: Advised): Cause {
  const { likelyCause, fix } = CAUSES[code];
  return { likelyCause, fix: fix.replace('{matching}', matchingPlace(idp, matchingAttribute)) };
}

/** Where each provider's admin sets the attribute that people are found by. */
const MATCHING_PLACE: Readonly<Record<string, string>> = {
  okta: 'In Okta: Provisioning, Integration, "Unique identifier field for users": userName.',
  'entra-id':
    'In Entra ID: Provisioning, Mappings, Attribute Mapping, the row of userName: "Match objects using this attribute" Yes, precedence 1.',
  ping: 'In PingOne: the SCIM connection’s "User Filter Expression": userName Eq "%s".',
  onelogin:
    'In OneLogin: Configuration, the SCIM JSON template must hold userName, and the username rule must give the same value.',
  cyberark: 'In CyberArk Identity: Provisioning, userName in the script must be the login name.',
  jumpcloud: 'In JumpCloud: Identity Management, userName must map to the attribute that is unique there.',
  google: 'In Google Workspace: Attribute mapping, userName must map to the primary e-mail.',
};

function matchingPlace(idp: string | undefined, matchingAttribute: string): string {
  const preset = idp === undefined ? undefined : findPreset(idp);
  const place = preset && MATCHING_PLACE[preset.id];
  const other = matchingAttribute === 'userName' ? '' : ` The connection is set to match by ${matchingAttribute}.`;
  return (
    (place ?? 'In the identity provider’s provisioning settings, choose userName as the matching attribute.') + other
  );
}
