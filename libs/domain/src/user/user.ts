import type { ResourceAttributes } from '#scim';
import { applyChanges } from '../attribute-changes.js';
import type { Fact } from '../facts.js';
import type { UserEvent } from './user.events.js';

/** One person as the log tells it. */
export interface User {
  /** `absent`: never provisioned; `deprovisioned`: deleted by the IdP. */
  readonly status: 'absent' | 'active' | 'inactive' | 'deprovisioned';
  /** Of somebody deleted: the name may be another person's. */
  readonly nameReleased?: true;
  /** Canonical, with `active` present once provisioned, unless the IdP removed it. */
  readonly attributes: ResourceAttributes;
  /** UTC with milliseconds; empty while absent. */
  readonly created: string;
  readonly lastModified: string;
}

export const absentUser: User = { status: 'absent', attributes: {}, created: '', lastModified: '' };

/** Whether SCIM shows this user. */
export const isLive = ({ status }: Pick<User, 'status'>): boolean => status === 'active' || status === 'inactive';

/** Whether the userName, provisioned again, brings this person back. */
export const isRestorable = (user: User): boolean => user.status === 'deprovisioned' && !user.nameReleased;

/** Whoever is back has their name again. */
function withName(user: User): User {
  if (!user.nameReleased) return user;
  const { nameReleased: _released, ...rest } = user;
  return rest;
}

/** What is so once `event` has happened. Told facts only: it does not refuse. */
export function evolveUser(user: User, event: Fact<UserEvent>): User {
  const lastModified = event.metadata.occurredAt;
  switch (event.type) {
    case 'UserProvisioned': {
      const { resource } = event.data;
      return {
        status: resource['active'] === false ? 'inactive' : 'active',
        // The event's own object wherever it can be: what is worked out from it once serves everybody who holds it.
        attributes: resource['active'] === undefined ? { ...resource, active: true } : resource,
        created: lastModified,
        lastModified,
      };
    }
    case 'UserUpdated':
      return { ...user, attributes: applyChanges(user.attributes, event.data.changes), lastModified };
    case 'UserDeactivated':
      return { ...user, status: 'inactive', attributes: { ...user.attributes, active: false }, lastModified };
    case 'UserReactivated':
      return { ...withName(user), status: 'active', attributes: { ...user.attributes, active: true }, lastModified };
    case 'UserDeprovisioned':
      return {
        ...user,
        status: 'deprovisioned',
        attributes: { ...user.attributes, active: false },
        lastModified,
        ...(event.data.nameReleased && { nameReleased: true }),
      };
    case 'UserNameClaimFenced':
      return user;
  }
}
