/** Words that stand where a slug stands in SCIM URLs. */
const RESERVED_SLUGS = ['users', 'groups', 'me', 'bulk', 'schemas', 'resourcetypes', 'serviceproviderconfig', 'v2'];

/** Slugs that can be given to a tenant. */
export const SLUG_PATTERN = new RegExp(`^(?!(?:${RESERVED_SLUGS.join('|')})$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`);
export const SLUG_IN_WORDS =
  '$property must be 1 to 63 lower-case letters, digits and inner dashes, and none of our own words';
