import { ReadYourWrites } from '#handlers';
import { deprovisionedScope, documentId, USERS, type UserDocument } from '#projections';
import { READ_MODELS, type ReadModels } from '#read-models';
import { attributesOf, type ResourceAttributes } from '#scim';
import { Inject, Injectable } from '@nestjs/common';

/** People of one step; between two steps other requests get their turn. */
const STEP = 100;

/** Somebody as the user directory has them. */
export interface ScannedPerson {
  readonly id: string;
  readonly active: boolean;
  readonly attributes: ResourceAttributes;
}

/** How far a look at everybody came. */
export interface ScanExtent {
  /** People the tenant has. */
  readonly people: number;
  readonly lookedAt: number;
  /** False: the time was up before everybody was looked at. */
  readonly complete: boolean;
}

export interface ScanOptions {
  /** How long it may take, milliseconds. */
  readonly withinMs: number;
  /** Whether those count whom the identity provider has deleted: products keep what they know of them. */
  readonly withDeleted?: boolean;
}

/** Goes through a tenant's people in the order of their ids, with memory for one step of them. */
@Injectable()
export class PeopleScan {
  /** One at a time: they share the process with the people's own requests. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    private readonly readYourWrites: ReadYourWrites,
  ) {}

  over(tenant: string, options: ScanOptions, visit: (person: ScannedPerson) => void): Promise<ScanExtent> {
    const scan = this.turn.then(() => this.scan(tenant, options, visit));
    this.turn = scan.catch(() => undefined);
    return scan;
  }

  private async scan(
    tenant: string,
    { withinMs, withDeleted = false }: ScanOptions,
    visit: (person: ScannedPerson) => void,
  ): Promise<ScanExtent> {
    await this.readYourWrites.requireCurrent();
    const people = await this.count(tenant, withDeleted);
    const end = performance.now() + withinMs;
    let lookedAt = 0;
    for (let last = ''; ;) {
      const found = await this.readModels.find<UserDocument>(USERS.name, {
        filter: {
          ...(!withDeleted && { scope: tenant }),
          // Ids of the tenant, whatever their scope: `0` is what comes after `/`.
          _id: { $gt: documentId(tenant, last), $lt: `${tenant}0` },
        },
        sort: { _id: 1 },
        limit: STEP,
        fields: ['id', 'status', 'json'],
      });
      for (const { id, status, json } of found) {
        visit({ id, active: status === 'active', attributes: attributesOf(json) });
        last = id;
      }
      lookedAt += found.length;
      if (found.length < STEP) return { people, lookedAt, complete: true };
      if (performance.now() >= end) return { people, lookedAt, complete: false };
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private async count(tenant: string, withDeleted: boolean): Promise<number> {
    const scopes = withDeleted ? [tenant, deprovisionedScope(tenant)] : [tenant];
    const counts = await Promise.all(scopes.map((scope) => this.readModels.count(USERS.name, { scope })));
    return counts.reduce((sum, count) => sum + count, 0);
  }
}
