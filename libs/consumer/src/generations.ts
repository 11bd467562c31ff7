import type { CollectionDefinition, Document, ReadModels } from '#read-models';

export interface Generation {
  /** Whose collection and group are in use. */
  readonly current: number;
  /** Others that may still have rows, or a group that the topic is kept for. */
  readonly left: readonly number[];
}

/** `_id` is the collection's name. */
interface GenerationDocument extends Document {
  readonly generation: number;
  /** Absent in documents of earlier releases: any other may have left something. */
  readonly left?: readonly number[];
}

const GENERATIONS: CollectionDefinition = { name: 'generations', indexes: [] };

/** Which generation of a collection is in use, as the product's store has it for all its instances. */
export class Generations {
  /** How often it has been written when it was read last. */
  #writes: bigint | undefined;

  constructor(
    private readonly models: ReadModels,
    private readonly collection: string,
  ) {}

  async read(): Promise<Generation> {
    await this.models.declare(GENERATIONS);
    // Before the document: whoever writes in between is noticed.
    this.#writes = await this.models.checkpoint(this.#count);
    const stored = await this.models.get<GenerationDocument>(GENERATIONS.name, this.collection);
    const current = stored?.generation ?? 0;
    const others = (): number[] => Array.from({ length: current + 2 }, (_, n) => n).filter((n) => n !== current);
    return { current, left: stored?.left ?? others() };
  }

  /** @throws CheckpointMoved another instance has written since it was read */
  async write({ current, left }: Generation): Promise<void> {
    const document: GenerationDocument = { _id: this.collection, generation: current, left };
    const position = (this.#writes ?? 0n) + 1n;
    await this.models.write({
      operations: [{ type: 'put', collection: GENERATIONS.name, document }],
      checkpoint: { name: this.#count, position, after: this.#writes ?? 'none' },
    });
    this.#writes = position;
  }

  get #count(): string {
    return `${GENERATIONS.name}/${this.collection}`;
  }
}
