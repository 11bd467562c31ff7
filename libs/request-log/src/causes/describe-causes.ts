import type { Cause } from './cause.types.js';
import { CAUSES } from './causes.js';

/** The reference page of refused requests, as Markdown. */
export function describeCauses(): string {
  const rows = Object.entries<Cause>(CAUSES).map(([code, { likelyCause, fix }]) => {
    const advice = fix.replace('{matching}', 'Where that is set, the answer says for each provider.');
    return `| \`${code}\` | ${cell(likelyCause)} | ${cell(advice)} |`;
  });
  return `${HEAD}\n| code | likely cause | what to change |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('{', '\\{');

const HEAD = `# Refused requests and their causes

<!-- Generated from libs/request-log/src/causes. Write it anew with:
UPDATE_DOCS=1 NODE_OPTIONS=--experimental-vm-modules npx jest libs/request-log/src/causes/describe-causes.spec.ts
-->

Every SCIM request that is refused leaves a record with its tenant, without any value of it:

\`\`\`sh
curl -s "$URL/admin/v1/tenants/acme/requests?status=409&limit=20" -H "$ADMIN"
\`\`\`

\`connection\` and \`status\` narrow the list, \`limit\` (at most 200) and \`cursor\` page through it, newest first. A record holds the
time, the request id (also in the service's log), method, path with ids but without values, status, \`scimType\`, the \`detail\`
that was answered with values masked, a \`cause\` from the table below, \`likelyCause\` and \`fix\`. Records of kind \`hint\` are
of requests that were answered as asked, yet hardly as meant; the same one is told once per connection and process, and
only the first 50 writes of a connection are looked at.

Kept are the newest 1,000 of each connection, the newest 200 of a tenant's requests without a token that we know, and none
older than 30 days. They are written once a second: a crash takes the last second along. \`GET /admin/v1/tenants/{slug}\` shows
for each connection in \`contact\` how many requests came, how many were refused, and when the last one came, succeeded and
was refused; these are written every five seconds.

Codes, and the \`detail\` texts that a client is answered, are stable.
`;
