import { READ_MODELS, type ReadModels } from '#read-models';
import { readRederivations, type RederivationProgress, SERVINGS } from '#relay';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';

/** How far products are with the tenants' newest settings; the relay keeps account of it. */
@Injectable()
export class Rederivations implements OnModuleInit {
  constructor(@Inject(READ_MODELS) private readonly readModels: ReadModels) {}

  /** The relay may come up later, or in another process. */
  onModuleInit(): Promise<void> {
    return this.readModels.declare(SERVINGS);
  }

  /** By product, the last of each; none where there never was one. */
  async ofTenant(slug: string): Promise<ReadonlyMap<string, RederivationProgress>> {
    const found = await readRederivations(this.readModels, slug);
    return new Map(found.map((progress) => [progress.product, progress]));
  }
}
