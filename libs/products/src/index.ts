import { clientSettings } from './client-settings.profile.js';
import { define } from './define.profile.js';
import { hrAssistant } from './hr-assistant.profile.js';
import { identityPlatform } from './identity-platform.profile.js';
import type { ProductProfile } from './product-profile.js';
import { wellness } from './wellness.profile.js';

/** The products that come with Rollcall. A new one is a profile and a line here. */
export const productProfiles: readonly ProductProfile[] = [
  wellness,
  hrAssistant,
  define,
  clientSettings,
  identityPlatform,
];

/** Whether a tenant's people go to the product. */
export const isEnabled = (profile: ProductProfile, settings: { readonly enabled?: boolean }): boolean =>
  settings.enabled ?? profile.enabledByDefault ?? false;

export { clientSettings, define, hrAssistant, identityPlatform, wellness };
export { HR_ASSISTANT_EXTENSION } from './hr-assistant.profile.js';
export * from './acknowledgements.js';
export * from './attribute-mapping.js';
export * from './carried-attributes.js';
export * from './change-messages.js';
export * from './check-profile.js';
export { compileProfile, type CompiledProfile } from './compile-profile.js';
export * from './coverage.js';
export { ADDRESS_PARTS } from './convert-value.js';
export * from './declared-schemas.js';
export * from './derive-view.js';
export * from './describe-profiles.js';
export * from './mask-view.js';
export * from './messages.js';
export * from './preview-mapping.js';
export * from './product-profile.js';
export * from './roles.js';
export { PRODUCT_PROFILE_SCHEMA } from './product-profile.schema.js';
export * from './role-mapping.js';
