/** Metadata key under which routes say what they require. */
export const PERMISSION = 'rollcall:permission';
