import { applyPatch, type ResourceAttributes, ScimError, userModel, validateResource } from '#scim';
import { diffAttributes } from '../attribute-changes.js';
import { isLive, type User } from './user.js';
import type { UserCommand } from './user.commands.js';
import type { UserEvent } from './user.events.js';

/**
 * The facts that `command` makes true, none when they already are.
 * @throws ScimError when the command cannot be granted
 */
export function decideUser(user: User, command: UserCommand): UserEvent[] {
  switch (command.type) {
    case 'ProvisionUser':
      return provision(user, command.attributes);
    case 'ReplaceUser':
      requireLive(user, command.userId);
      return become(user, command.attributes);
    case 'PatchUser': {
      requireLive(user, command.userId);
      const { attributes } = applyPatch(userModel, user.attributes, command.body, { id: command.userId });
      return attributes === user.attributes ? [] : become(user, attributes);
    }
    case 'DeprovisionUser':
      requireLive(user, command.userId);
      return [
        ...(user.status === 'active' ? [deactivated('deleted')] : []),
        { type: 'UserDeprovisioned', data: { reason: 'deleted' } },
      ];
  }
}

const deactivated = (reason: string): UserEvent => ({ type: 'UserDeactivated', data: { reason } });
const reactivated = (reason: string): UserEvent => ({ type: 'UserReactivated', data: { reason } });

function requireLive(user: User, userId: string): void {
  if (!isLive(user)) throw new ScimError('notFound', `User ${userId} not found`);
}

function provision(user: User, attributes: ResourceAttributes): UserEvent[] {
  validateResource(userModel, attributes);
  const active = attributes['active'] !== false;
  if (user.status === 'absent') return [{ type: 'UserProvisioned', data: { resource: { ...attributes, active } } }];
  if (user.status !== 'deprovisioned') throw userNameTaken(attributes);
  // The same userName again brings the same person back, as the IdP now describes them.
  return [
    reactivated('provisioned again'),
    ...updates(user, attributes),
    ...(active ? [] : [deactivated('active=false')]),
  ];
}

/** Brings the user to `attributes`. An absent `active` is left as it is: a sparse PUT must not let anybody back in. */
function become(user: User, attributes: ResourceAttributes): UserEvent[] {
  validateResource(userModel, attributes);
  const active = attributes['active'] ?? user.status === 'active';
  const events = updates(user, attributes);
  // Every full sync repeats `active: false`; a repeated wish is not a new fact.
  if (active === (user.status === 'active')) return events;
  return [...events, active ? reactivated('active=true') : deactivated('active=false')];
}

function updates(user: User, attributes: ResourceAttributes): UserEvent[] {
  const changes = diffAttributes(withoutActive(user.attributes), withoutActive(attributes));
  return changes ? [{ type: 'UserUpdated', data: { changes } }] : [];
}

function withoutActive({ active: _active, ...rest }: ResourceAttributes): ResourceAttributes {
  return rest;
}

/** The refusal of a userName that a living user has (RFC 7644 §3.3). */
export function userNameTaken(attributes: ResourceAttributes, holder?: string): ScimError {
  const name = typeof attributes['userName'] === 'string' ? ` "${attributes['userName']}"` : '';
  const id = holder ? ` by the user with id ${holder}` : '';
  return new ScimError(
    'uniqueness',
    `userName${name} is already taken${id}. Match that user by userName and update it instead of creating another.`,
  );
}
