import { hrAssistant } from './hr-assistant.profile.js';
import type { ProductProfile } from './product-profile.js';
import { wellness } from './wellness.profile.js';

/** Every product this installation can serve. A new product is a profile and a line here. */
export const productProfiles: readonly ProductProfile[] = [wellness, hrAssistant];

export { hrAssistant, wellness };
export { HR_ASSISTANT_EXTENSION } from './hr-assistant.profile.js';
export * from './attribute-mapping.js';
export * from './check-profile.js';
export { compileProfile, type CompiledProfile } from './compile-profile.js';
export * from './declared-schemas.js';
export * from './derive-view.js';
export * from './describe-profiles.js';
export * from './messages.js';
export * from './product-profile.js';
