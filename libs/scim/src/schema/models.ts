import { createResourceModel } from './create-resource-model.js';
import { enterpriseUserSchema } from './enterprise-user.schema.js';
import { groupSchema } from './group.schema.js';
import type { ResourceTypeDefinition } from './schema.types.js';
import { userSchema } from './user.schema.js';

/** User as a resource type, RFC 7643 §6. */
export const userResourceType: ResourceTypeDefinition = {
  id: 'User',
  name: 'User',
  description: 'People with an account.',
  endpoint: '/Users',
  schema: userSchema.id,
  schemaExtensions: [{ schema: enterpriseUserSchema.id, required: false }],
};

/** Group as a resource type, RFC 7643 §6. */
export const groupResourceType: ResourceTypeDefinition = {
  id: 'Group',
  name: 'Group',
  description: 'Named sets of people and groups.',
  endpoint: '/Groups',
  schema: groupSchema.id,
  schemaExtensions: [],
};

/** User with the enterprise extension: what a tenant has that declares nothing of its own. */
export const userModel = createResourceModel(userResourceType, userSchema, [enterpriseUserSchema]);

export const groupModel = createResourceModel(groupResourceType, groupSchema, []);
