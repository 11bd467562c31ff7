import { GROUPS, USERS } from '#projections';
import type { CollectionDefinition } from '#read-models';
import { groupModel, type ResourceModel, userModel } from '#scim';

/** What a list needs to know of a resource type. */
export interface ListedType {
  readonly model: ResourceModel;
  readonly collection: CollectionDefinition;
  /** Attributes whose comparisons are answered from an index, as clients write them. */
  readonly indexed: readonly string[];
}

export const USER_TYPE: ListedType = {
  model: userModel,
  collection: USERS,
  indexed: ['id', 'userName', 'externalId', 'emails.value'],
};

export const GROUP_TYPE: ListedType = {
  model: groupModel,
  collection: GROUPS,
  indexed: ['id', 'displayName', 'externalId'],
};
