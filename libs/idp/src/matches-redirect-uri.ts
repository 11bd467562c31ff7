/**
 * Whether `uri` is one that `template` allows: the same text (RFC 6749 §3.1.2.3, RFC 9700 §4.1.3), but for `{name}`, which
 * stands for one path segment of letters, digits, `_` and `-`. Nothing is made canonical before.
 */
export function matchesRedirectUri(template: string, uri: string): boolean {
  const pattern = template
    .split(/\{\w+\}/)
    .map((literal) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[A-Za-z0-9_-]+');
  return new RegExp(`^${pattern}$`).test(uri);
}
