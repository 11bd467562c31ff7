import { LRUCache } from 'lru-cache';
import type { Caller } from '../credential-directory.js';
import { Pace, rateOf } from './pace.js';

export interface RequestRates {
  /** Requests a second of one credential, and of all of a tenant, in the long run; 0: any number. */
  readonly perCredential: number;
  readonly perTenant: number;
}

type Limited = Pick<Caller, 'tenant' | 'credentialId'>;

interface Paces {
  readonly own: Pace;
  /** That of all credentials of the tenant. */
  readonly tenant: Pace;
}

/**
 * How many requests credentials and tenants may send. Kept by each process: of an installation with several gateways, each
 * lets a tenant send as many.
 */
export class RequestLimits {
  /** Who has been quiet for longest makes room; they have paid everything off by then. */
  private readonly credentials = new LRUCache<string, Paces>({ max: 20_000 });
  private readonly tenants = new LRUCache<string, Pace>({ max: 20_000 });
  /** Who came last, and when last somebody else did. */
  private last = { tenant: '', at: 0 };
  private othersAt = 0;

  constructor(private readonly rates: RequestRates) {}

  /** @param now milliseconds @returns milliseconds to wait; 0: the request is taken in */
  take(caller: Limited, now: number): number {
    const { last } = this;
    if (last.tenant !== caller.tenant) {
      this.othersAt = last.at;
      last.tenant = caller.tenant;
    }
    last.at = now;
    const { own, tenant } = this.pacesOf(caller);
    const wait = Math.max(own.wait(now), tenant.wait(now));
    if (wait > 0) return wait;
    own.take(now);
    tenant.take(now);
    return 0;
  }

  /** When a request of another tenant last came, milliseconds; 0: none did. */
  lastOfOthers(tenant: string): number {
    return this.last.tenant === tenant ? this.othersAt : this.last.at;
  }

  /** @returns milliseconds until one more would be taken in; takes nothing */
  owed(caller: Limited, now: number): number {
    const { own, tenant } = this.pacesOf(caller);
    return Math.max(own.wait(now), tenant.wait(now));
  }

  /** For what one request does beyond one: the operations of a bulk request. What is owed is waited for later. */
  charge(caller: Limited, now: number, count: number): void {
    const { own, tenant } = this.pacesOf(caller);
    own.take(now, count);
    tenant.take(now, count);
  }

  private pacesOf({ credentialId, tenant }: Limited): Paces {
    let paces = this.credentials.get(credentialId);
    if (paces) return paces;
    let shared = this.tenants.get(tenant);
    if (!shared) this.tenants.set(tenant, (shared = new Pace(rateOf(this.rates.perTenant))));
    paces = { own: new Pace(rateOf(this.rates.perCredential)), tenant: shared };
    this.credentials.set(credentialId, paces);
    return paces;
  }
}
