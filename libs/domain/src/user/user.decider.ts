import {
  applyPatch,
  inShownOrder,
  type JsonValue,
  keepSpelling,
  type ResourceAttributes,
  ScimError,
  userModel,
  validateResource,
} from '#scim';
import { diffAttributes } from '../attribute-changes.js';
import { isLive, isRestorable, type User } from './user.js';
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
      const { userId: id, body, tolerances } = command;
      const patched = applyPatch(userModel, user.attributes, body, { id }, tolerances);
      return patched.attributes === user.attributes ? [] : become(user, patched.attributes, patched.activeRemoved);
    }
    case 'DeprovisionUser':
      requireLive(user, command.userId);
      return [
        ...(user.status === 'active' ? [deactivated('deleted')] : []),
        {
          type: 'UserDeprovisioned',
          data: command.deletion === 'release' ? { reason: 'deleted', nameReleased: true } : { reason: 'deleted' },
        },
      ];
    case 'RestoreUser':
      return user.status === 'inactive' || user.status === 'deprovisioned' ? [reactivated(command.reason)] : [];
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
  if (user.status === 'absent') {
    const whole = attributes['active'] === active ? attributes : { ...attributes, active };
    return [{ type: 'UserProvisioned', data: { resource: inShownOrder(whole) } }];
  }
  if (!isRestorable(user)) throw userNameTaken(attributes);
  // The same userName again brings the same person back, as the IdP now describes them.
  return [
    reactivated('provisioned again'),
    ...updates(user, attributes),
    ...(active ? [] : [deactivated('active=false')]),
  ];
}

/**
 * Brings the user to `attributes`. An absent `active` is left as it is: a sparse PUT must not let anybody back in. One
 * that a PATCH removed is unassigned (RFC 7644 §3.5.2.2): no longer shown, but it lets nobody in and puts nobody out.
 */
function become(user: User, attributes: ResourceAttributes, activeRemoved = false): UserEvent[] {
  validateResource(userModel, attributes);
  const active = attributes['active'] ?? user.status === 'active';
  const stays = active === (user.status === 'active');
  const shownAgain = stays && user.attributes['active'] === undefined ? attributes['active'] : undefined;
  const events = updates(user, attributes, activeRemoved ? null : shownAgain);
  // Every full sync repeats `active: false`; a repeated wish is not a new fact.
  if (stays) return events;
  return [...events, active ? reactivated('active=true') : deactivated('active=false')];
}

/** @param shown what becomes of the attribute `active` though the user's status stays; undefined: nothing */
function updates(user: User, attributes: ResourceAttributes, shown?: JsonValue): UserEvent[] {
  const before = withoutActive(user.attributes);
  const changes = diffAttributes(before, keepSpelling(before, withoutActive(attributes)));
  if (shown !== undefined) return [{ type: 'UserUpdated', data: { changes: { ...changes, active: shown } } }];
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
