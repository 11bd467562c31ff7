/** Injection token of the process' `RequestLog`. */
export const REQUEST_LOG = Symbol('RequestLog');
