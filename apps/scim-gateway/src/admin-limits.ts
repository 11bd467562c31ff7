import { SignInFailures } from '#access';
import type { AdminLimitsOptions } from '#admin-http';
import type { RollcallConfig } from '#config';
import { clientAddresses } from '#scim-http';

/** What slows down whoever asks the admin API, or lists of products, too much. */
export const adminLimits = (config: RollcallConfig): AdminLimitsOptions => ({
  perSecond: config.ADMIN_RATE_LIMIT_PER_SECOND,
  failures: new SignInFailures(config.SIGN_IN_FAILURES_PER_MINUTE),
  addressOf: clientAddresses(config.TRUSTED_PROXIES),
});
