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

Every SCIM request that is refused leaves a record with its tenant, without any value of it. \`$ADMIN_URL\` is where the
admin API is, \`http://127.0.0.1:3000/admin/v1\`, and \`$ADMIN\` the header \`Authorization: Bearer …\` with an admin's key:

\`\`\`sh
curl -s "$ADMIN_URL/tenants/acme/requests?status=409&limit=20" -H "$ADMIN"
\`\`\`

A record holds a \`cause\` from the table below, \`likelyCause\` and \`fix\`, and what
[the request log](../guide/request-log.md) holds of every call; how to search it, what is kept and for how long is told there.
Records of kind \`hint\` are of requests that were answered as asked, yet hardly as meant; the same one is told once per
connection and process, and only the first 50 writes of a connection are looked at.

Codes, and the \`detail\` texts that a client is answered, are stable.
`;
