import { Distribution } from './distribution.js';
import type { Labels, Sample } from './metrics.js';

/** How a SCIM request ended, for whoever looks after a tenant. */
export const OUTCOMES = ['ok', 'refused', 'denied', 'conflict', 'limited', 'unavailable', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Not slugs, which begin with a letter or digit. */
export const OTHER_TENANTS = '_other';
export const UNKNOWN_TENANT = '_unknown';
const NO_ROUTE = '_none';

const LAST_STATUS = 599;

export function outcomeOf(status: number): Outcome {
  if (status < 400) return 'ok';
  if (status === 401 || status === 403) return 'denied';
  if (status === 409 || status === 412) return 'conflict';
  if (status === 429) return 'limited';
  if (status === 503) return 'unavailable';
  return status < 500 ? 'refused' : 'failed';
}

/** Place of each status' outcome in {@link OUTCOMES}. */
const OUTCOME_AT = Uint8Array.from({ length: LAST_STATUS + 1 }, (_, status) => OUTCOMES.indexOf(outcomeOf(status)));

/** What a request of one tenant came to. */
export class TenantCount {
  readonly outcomes = new Float64Array(OUTCOMES.length);
  constructor(readonly tenant: string) {}
}

/** Answers of one route. */
export class RouteCount {
  readonly durations: Distribution;
  /** By status. */
  readonly codes = new Float64Array(LAST_STATUS + 1);

  constructor(
    readonly method: string,
    readonly route: string,
    bounds: readonly number[],
  ) {
    this.durations = new Distribution(bounds);
  }
}

/** What is known of a request on its way, for {@link RequestMeter.answered}. */
export interface MeteredRequest {
  /** By the clock that only goes forward, milliseconds. */
  readonly startedAt: number;
  /** Absent until a route is taken. */
  readonly route: RouteCount | undefined;
  /** Absent where the request is none of SCIM's. */
  readonly tenant: TenantCount | undefined;
}

/**
 * Counts the requests of one app. On the way of each: what it counts in was found when the route was registered or the tenant
 * was first seen, and nothing is made, hashed or written out until somebody asks for the page.
 */
export class RequestMeter {
  readonly unknownTenant = new TenantCount(UNKNOWN_TENANT);
  private readonly otherTenants = new TenantCount(OTHER_TENANTS);
  private readonly tenants = new Map<string, TenantCount>();
  private readonly routes: RouteCount[] = [];
  private readonly noRoute: RouteCount;

  /** @param maxTenants how many tenants have numbers of their own, the first to come; the others share one */
  constructor(
    private readonly bounds: readonly number[],
    private readonly maxTenants: number,
  ) {
    this.noRoute = this.route(NO_ROUTE, NO_ROUTE);
  }

  /** Asked once per route. @param route its pattern, e.g. `/scim/v2/:tenant/Users/:id` */
  route(method: string, route: string): RouteCount {
    const count = new RouteCount(method, route, this.bounds);
    this.routes.push(count);
    return count;
  }

  /** @param slug of a tenant that there is: what anybody can make up must not come here */
  tenant(slug: string): TenantCount {
    return this.tenants.get(slug) ?? this.newTenant(slug);
  }

  answered({ startedAt, route = this.noRoute, tenant }: MeteredRequest, status: number): void {
    route.durations.record((performance.now() - startedAt) / 1_000);
    route.codes[status] = (route.codes[status] as number) + 1;
    if (tenant === undefined) return;
    const at = OUTCOME_AT[status] ?? 0;
    tenant.outcomes[at] = (tenant.outcomes[at] as number) + 1;
  }

  *requests(): Iterable<Sample> {
    for (const { tenant, outcomes } of [...this.tenants.values(), this.otherTenants, this.unknownTenant]) {
      for (const [at, outcome] of OUTCOMES.entries()) {
        const count = outcomes[at] as number;
        if (count > 0) yield [{ tenant, outcome }, count];
      }
    }
  }

  *responses(): Iterable<Sample> {
    for (const { method, route, codes } of this.routes) {
      for (const [code, count] of codes.entries()) if (count > 0) yield [{ method, route, code: String(code) }, count];
    }
  }

  *durations(): Iterable<readonly [Labels, Distribution]> {
    for (const { method, route, durations } of this.routes) {
      if (durations.count > 0) yield [{ method, route }, durations];
    }
  }

  private newTenant(slug: string): TenantCount {
    if (this.tenants.size >= this.maxTenants) return this.otherTenants;
    const count = new TenantCount(slug);
    this.tenants.set(slug, count);
    return count;
  }
}
