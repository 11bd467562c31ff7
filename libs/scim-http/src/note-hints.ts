import { type CauseCode, hintsIn, unknownAttributesIn } from '#request-log';
import type { FilterNode, ResourceAttributes, ResourceModel } from '#scim';
import { aboutCall } from './report-refusal.js';
import type { ScimRequest } from './scim-request.js';

/** Writes of a connection that are looked at for hints: the first ones show how it is set up. */
const INSPECTED_WRITES = 50;
/** Of one connection, in the life of the process. */
const MAX_HINTS = 100;

/** Notes attributes of an accepted resource that stand where they will hardly do what was meant. */
export function inspectWrite(
  request: ScimRequest,
  status: number,
  model: ResourceModel,
  attributes: ResourceAttributes,
): void {
  const { contact } = request.scim;
  if (!contact || contact.inspected >= INSPECTED_WRITES) return;
  contact.inspected++;
  for (const { cause, detail } of hintsIn(model, attributes)) noteHint(request, status, cause, detail);
}

/**
 * Notes that a filter which found nobody asks for attributes that no schema knows, and that one finds several by what their
 * provider takes for the name of one (ADR 0025).
 */
export function noteRemarkable(request: ScimRequest, node: FilterNode, found: 'none' | 'several'): void {
  if (found === 'several') {
    noteHint(request, 200, 'sharedExternalId', 'Several users have the externalId that the filter asks for.');
    return;
  }
  for (const name of unknownAttributesIn(node)) {
    const detail = `The filter asks for ${JSON.stringify(name.slice(0, 200))}, which no schema knows; nothing matched.`;
    noteHint(request, 200, 'unknownFilterAttribute', detail);
  }
}

/** The same hint is noted once per connection and process. */
function noteHint(request: ScimRequest, status: number, cause: CauseCode, detail: string): void {
  const { contact } = request.scim;
  const hint = `${cause} ${detail}`;
  if (!contact || contact.hinted.has(hint) || contact.hinted.size >= MAX_HINTS) return;
  contact.hinted.add(hint);
  contact.hint(aboutCall(request, { kind: 'hint', status, detail, cause }));
}
