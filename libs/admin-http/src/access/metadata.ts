/** Metadata keys under which routes say who may use them. */
export const PERMISSION = 'rollcall:permission';
export const PUBLIC = 'rollcall:public';
