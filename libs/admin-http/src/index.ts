export * from './admin-http.module.js';
export * from './admin-key.guard.js';
export * from './admin.dto.js';
export * from './problem.filter.js';
export type { CreatedConnection } from './tenants.controller.js';
export { peopleController, type PeopleList } from './people.controller.js';
