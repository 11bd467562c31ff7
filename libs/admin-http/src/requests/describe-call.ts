import type { Tenant } from '#domain';
import { explainCause, type FoundCall } from '#request-log';
import { ERROR_SCHEMA } from '#scim-http';
import type { BodyView, RequestView, RequestWithBodies } from './requests.dto.js';

/** @param tenant whose call it is, for the names of what it mentions */
export function describeCall(
  call: FoundCall,
  { connections, deletedConnections, credentials, oauthClients }: Tenant,
): RequestView {
  const { kind, at, tookMs, connectionId = '', credentialId, cause } = call;
  const { requestId, method, path, status, resourceId, scimType, detail } = call;
  const connection = connections[connectionId] ?? deletedConnections[connectionId];
  const name = credentialId === undefined ? undefined : (credentials[credentialId] ?? oauthClients[credentialId])?.name;
  return {
    kind,
    at: new Date(at).toISOString(),
    durationMs: tookMs,
    ...(connectionId !== '' && { connection: connectionId }),
    ...(credentialId !== undefined && { credential: { id: credentialId, ...(name !== undefined && { name }) } }),
    requestId,
    method,
    path,
    status,
    ...(resourceId !== undefined && { resourceId }),
    ...(scimType !== undefined && { scimType }),
    ...(detail !== undefined && { detail }),
    ...(cause && {
      cause,
      ...explainCause(cause, { idp: connection?.idp, matchingAttribute: connection?.matchingAttribute }),
    }),
  };
}

/** @param records all of one request, at least one */
export function describeWithBodies(records: readonly FoundCall[], tenant: Tenant): RequestWithBodies | undefined {
  // What a bulk request or a hint is about was itself answered as asked.
  const call = records.find(({ kind }) => kind === 'success') ?? records[0];
  if (!call) return undefined;
  return {
    ...describeCall(call, tenant),
    request: bodyView(call.body, call.bodyOmitted),
    response: call.kind === 'refusal' ? { body: errorOf(call) } : bodyView(call.answer, call.answerOmitted),
    related: records.filter((record) => record !== call).map((record) => describeCall(record, tenant)),
  };
}

const bodyView = (body: unknown, omitted: BodyView['omitted']): BodyView => ({
  ...(body !== undefined && { body }),
  ...(omitted && { omitted }),
});

/** RFC 7644 §3.12 */
const errorOf = ({ status, scimType, detail }: FoundCall) => ({
  schemas: [ERROR_SCHEMA],
  status: String(status),
  ...(scimType !== undefined && { scimType }),
  detail,
});
