import { absentUser, evolveUser, type Fact, type UserEvent, userStream } from '#domain';
import type { EventStore } from '#event-store';
import { compileProfile, isEnabled, type ProductProfile, type ViewMessage } from '#products';
import type { ReadModels } from '#read-models';
import { DOUBT_ID, type DoubtDocument, DOUBTS, isInDoubt } from './doubt.js';
import { type RolesDocument, TOLD_ROLES } from './differences.js';
import { viewOf } from './relay-messages.js';
import { isUncertain, rulesFor, servingByDefault } from './serving.js';
import { type ServingDocument, SERVINGS } from './serving-book.js';

export interface PersonView {
  /** False: the product is told nothing of the tenant's people. */
  readonly enabled: boolean;
  /** True while a re-derivation is on its way to this person: the view is the one under the rules of before. */
  readonly awaitsRederivation: boolean;
  readonly view: ViewMessage;
}

/**
 * One person as a product sees them, derived from the log; roles are those that the product was told last.
 * @returns undefined where nobody of this id was ever provisioned
 */
export async function readView(
  { store, readModels }: { store: EventStore; readModels: ReadModels },
  profile: ProductProfile,
  tenant: string,
  userId: string,
): Promise<PersonView | undefined> {
  let user = absentUser;
  let revision = -1;
  for await (const event of store.read(userStream(tenant, userId))) {
    user = evolveUser(user, event as unknown as Fact<UserEvent>);
    revision = event.revision;
  }
  const serving =
    (await readModels.get<ServingDocument>(SERVINGS.name, `${tenant}/${profile.id}`)) ??
    servingByDefault(isEnabled(profile, {}));
  const rules = rulesFor(serving, userId);
  const mapping = rules.mapping && { product: profile.id, ...rules.mapping };
  const told = profile.roles && (await readModels.get<RolesDocument>(TOLD_ROLES.name, `${tenant}/${userId}`));
  const person = { tenant, userId, revision, user };
  const compiled = compileProfile(profile, mapping);
  const view = viewOf(compiled, rules.settingsVersion, person, profile.roles?.key, told?.roles[profile.id]);
  const doubt = await readModels.get<DoubtDocument>(DOUBTS.name, DOUBT_ID);
  const isUnknown = isUncertain(serving, userId) || isInDoubt(doubt, tenant, userId);
  const awaitsRederivation = rules !== serving.layers[0].rules || isUnknown;
  return view && { enabled: rules.enabled, awaitsRederivation, view };
}
