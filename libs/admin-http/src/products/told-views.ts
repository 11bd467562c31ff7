import { EVENT_STORE, type EventStore } from '#event-store';
import type { ProductProfile } from '#products';
import { READ_MODELS, type ReadModels } from '#read-models';
import {
  INCOMPLETE,
  type IncompletePage,
  type PersonView,
  readIncomplete,
  readRederivations,
  readView,
  type RederivationProgress,
  RELAY_COLLECTIONS,
} from '#relay';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';

/** What products have been told so far, of which the relay keeps account. */
@Injectable()
export class ToldViews implements OnModuleInit {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
  ) {}

  /** The relay may come up later, or in another process. */
  async onModuleInit(): Promise<void> {
    for (const collection of RELAY_COLLECTIONS) await this.readModels.declare(collection);
  }

  /** By product, the last re-derivation of each; none where there never was one. */
  async rederivations(slug: string): Promise<ReadonlyMap<string, RederivationProgress>> {
    const found = await readRederivations(this.readModels, slug);
    return new Map(found.map((progress) => [progress.product, progress]));
  }

  /** How many active people lack a required key or have a value that does not fit. */
  countIncomplete(slug: string, product: string): Promise<number> {
    return this.readModels.count(INCOMPLETE.name, { scope: `${slug}/${product}` });
  }

  /** Those people in the order of their ids. */
  incomplete(slug: string, product: string, limit: number, after: string | undefined): Promise<IncompletePage> {
    return readIncomplete(this.readModels, { tenant: slug, product, limit, after });
  }

  /** One person as the product is to see them, a deleted one too; undefined for somebody who never was. */
  view(slug: string, profile: ProductProfile, userId: string): Promise<PersonView | undefined> {
    return readView({ store: this.store, readModels: this.readModels }, profile, slug, userId);
  }
}
