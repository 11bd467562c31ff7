/** Specs and benches send more than identity providers do; what is limited has specs of its own. */
export const UNLIMITED = {
  RATE_LIMIT_PER_SECOND: '0',
  RATE_LIMIT_TENANT_PER_SECOND: '0',
  ADMIN_RATE_LIMIT_PER_SECOND: '0',
  SIGN_IN_FAILURES_PER_MINUTE: '0',
};

/** Longest that what must happen is waited for. A bound for what hangs, and none on speed. */
export const PATIENCE_MS = 120_000;

/** No request of a spec is refused because the machine stood still for a moment; what is waited for has specs of its own. */
export const PATIENT = {
  WRITE_WAIT_MS: '60000',
  LIST_WAIT_MS: '60000',
  LIST_SEARCH_MS: '60000',
};
