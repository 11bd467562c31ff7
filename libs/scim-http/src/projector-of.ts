import { createProjector, parseAttributeList, type Projector, type ResourceModel } from '#scim';
import { parameter } from './list-query.js';
import type { ScimQuery } from './scim-request.js';

/** What of the resource the request asks for, RFC 7644 §3.9. */
export function projectorOf(model: ResourceModel, query: ScimQuery): Projector {
  if (query['attributes'] === undefined && query['excludedAttributes'] === undefined) return everythingOf(model);
  return createProjector(model, {
    attributes: parseAttributeList(parameter(query, 'attributes')),
    excludedAttributes: parseAttributeList(parameter(query, 'excludedAttributes')),
  });
}

const everything = new Map<ResourceModel, Projector>();

function everythingOf(model: ResourceModel): Projector {
  let projector = everything.get(model);
  if (!projector) everything.set(model, (projector = createProjector(model, {})));
  return projector;
}
