export * from './scim-error.js';
export * from './schema/schema.types.js';
export type { ResourceModel } from './schema/resource-model.js';
export { isAttributeName, quoteName } from './schema/attribute-name.js';
export * from './schema/attribute-shape.js';
export { commonAttributes } from './schema/common-attributes.js';
export { createResourceModel } from './schema/create-resource-model.js';
export { defineAttribute, pluralSubAttributes } from './schema/define-attribute.js';
export { ENTERPRISE_USER_SCHEMA, enterpriseUserSchema } from './schema/enterprise-user.schema.js';
export { GROUP_SCHEMA, groupSchema } from './schema/group.schema.js';
export { groupModel, groupResourceType, userModel, userResourceType } from './schema/models.js';
export { USER_SCHEMA, userSchema } from './schema/user.schema.js';
export { widenModel } from './schema/widen-model.js';
export { normalizeValue } from './resource/normalize-value.js';
export { caseFold, foldUserName } from './resource/fold-user-name.js';
export { LIMITS } from './resource/keep-json.js';
export { normalizeResource, type NormalizedResource } from './resource/normalize-resource.js';
export { keepSpelling } from './resource/keep-spelling.js';
export { type UnknownVisitor, visitUnknown } from './resource/visit-unknown.js';
export { settleElements } from './resource/settle-elements.js';
export { validateResource } from './resource/validate-resource.js';
export {
  createProjector,
  parseAttributeList,
  projectAttributes,
  type Projection,
  type Projector,
} from './resource/project-attributes.js';
export {
  attributesJson,
  attributesOf,
  completeJson,
  inShownOrder,
  resourceJson,
  type ResourceMeta,
} from './resource/represent-resource.js';
export { resourceTypes } from './discovery/resource-types.js';
export { schemas } from './discovery/schemas.js';
export { serviceProviderConfig, type ServiceProviderOptions } from './discovery/service-provider-config.js';
export * from './filter/index.js';
export * from './patch/index.js';
export * from './tolerances.js';
export * from './bulk/index.js';
