export * from './deprovisionings.js';
export * from './follow-deprovisionings.js';
export * from './list-deprovisionings.js';
