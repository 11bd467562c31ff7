export * from './deprovisionings.js';
export * from './follow-deprovisionings.js';
export * from './late-leavers.js';
export * from './list-deprovisionings.js';
