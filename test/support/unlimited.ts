/** Specs and benches send more than identity providers do; what is limited has specs of its own. */
export const UNLIMITED = {
  RATE_LIMIT_PER_SECOND: '0',
  RATE_LIMIT_TENANT_PER_SECOND: '0',
  ADMIN_RATE_LIMIT_PER_SECOND: '0',
  SIGN_IN_FAILURES_PER_MINUTE: '0',
};
