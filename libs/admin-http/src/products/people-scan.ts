import { ReadYourWrites } from '#handlers';
import { USERS, type UserDocument } from '#projections';
import { READ_MODELS, type ReadModels } from '#read-models';
import { attributesOf, type ResourceAttributes } from '#scim';
import { Inject, Injectable } from '@nestjs/common';

/** People of one step; between two steps other requests get their turn. */
const STEP = 100;

/** Somebody as SCIM shows them. */
export interface ScannedPerson {
  readonly id: string;
  readonly userName: string;
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
  /** Id of the last one looked at. */
  readonly last?: string;
}

export interface ScanOptions {
  /** How long it may take, milliseconds. */
  readonly withinMs: number;
  /** Id of the person behind whom it begins; default with the first. */
  readonly after?: string | undefined;
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

  /** @param visit false ends it, with this person looked at */
  over(tenant: string, options: ScanOptions, visit: (person: ScannedPerson) => boolean | void): Promise<ScanExtent> {
    const scan = this.turn.then(() => this.scan(tenant, options, visit));
    this.turn = scan.catch(() => undefined);
    return scan;
  }

  private async scan(
    tenant: string,
    { withinMs, after }: ScanOptions,
    visit: (person: ScannedPerson) => boolean | void,
  ): Promise<ScanExtent> {
    await this.readYourWrites.requireCurrent();
    const filter = { scope: tenant };
    const people = await this.readModels.count(USERS.name, filter);
    const end = performance.now() + withinMs;
    let last = after;
    let lookedAt = 0;
    const extent = (complete: boolean): ScanExtent => ({
      people,
      lookedAt,
      complete,
      ...(last !== undefined && { last }),
    });
    for (;;) {
      const id = last === undefined ? undefined : `${tenant}/${last}`;
      const found = await this.readModels.find<UserDocument>(USERS.name, {
        filter,
        sort: { _id: 1 },
        limit: STEP,
        fields: ['id', 'status', 'json'],
        ...(id !== undefined && { after: { values: [], id } }),
      });
      for (const { id: personId, status, json } of found) {
        const attributes = attributesOf(json);
        const userName = typeof attributes['userName'] === 'string' ? attributes['userName'] : '';
        lookedAt++;
        last = personId;
        if (visit({ id: personId, userName, active: status === 'active', attributes }) === false) return extent(false);
      }
      if (found.length < STEP) return extent(true);
      if (performance.now() >= end) return extent(false);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
