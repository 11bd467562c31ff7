import { type PeopleWords, type PersonRow, ProductPeople } from '#consumer';
import { type ProductEngines, runUntil, shareWork } from '#engines';
import { topicsOf } from '#products';
import type { ReadModels } from '#read-models';
import type { Logger } from '#telemetry';
import { ServiceUnavailableException } from '@nestjs/common';

/** A product's people as they are kept up with its topic, and as they are asked for. */
export interface ProductWork<View, Row extends PersonRow> {
  /** Answers 503 to whoever asks before there is something to answer from. */
  readonly people: ProductPeople<View, Row>;
  /** Where they are kept. */
  readonly models: ReadModels;
  /** True, or what is missing. */
  check(): true | string;
  stop(): Promise<void>;
}

interface ProductWorkOptions<View, Row extends PersonRow> {
  readonly id: string;
  readonly words: PeopleWords<View, Row>;
  readonly engines: ProductEngines;
  readonly log: Logger;
  readonly onTakenIn?: (delayMs: number) => void;
}

/**
 * Takes in a product's topic. Where no engine can be away it has begun when this resolves; else it begins as soon as they are
 * all there.
 */
export async function startProductWork<View, Row extends PersonRow>({
  id,
  words,
  engines,
  log,
  onTakenIn,
}: ProductWorkOptions<View, Row>): Promise<ProductWork<View, Row>> {
  const { bus } = engines;
  const models = await engines.openPeopleStore(id);
  let people: ProductPeople<View, Row> | undefined;
  const start = async (): Promise<void> => {
    // Where they are missing whichever of relay and product comes up first makes them; one that may not waits for the other.
    await bus.declareTopics(topicsOf(id));
    people = await ProductPeople.start(words, { bus, models, log, ...(onTakenIn && { onTakenIn }) });
  };
  const stop = async (): Promise<void> => {
    await people?.stop();
  };
  const asked = onceStarted(ProductPeople.prototype as ProductPeople<View, Row>, () => people);
  if (!engines.mayBeAway) {
    await start();
    return { people: asked, models, check: () => true, stop };
  }
  // Its consumers share the topic among themselves: there is no lease to be had.
  const work = shareWork({
    name: id,
    leases: undefined,
    log,
    work: (signal) => runUntil(signal, { start, stop }),
  });
  return {
    people: asked,
    models,
    check: () => people !== undefined || 'its topic cannot be read yet',
    stop: () => work.stop(),
  };
}

/** What `current` gives, for those who are made before it is there. */
function onceStarted<T extends object>(prototype: T, current: () => T | undefined): T {
  return new Proxy(prototype, {
    get(target, name) {
      if (!(name in target) || name === 'constructor') return undefined;
      const started = current();
      if (started) {
        const member: unknown = Reflect.get(started, name, started);
        return typeof member === 'function' ? (member.bind(started) as unknown) : member;
      }
      return () => {
        throw new ServiceUnavailableException('This product is starting; try again shortly.');
      };
    },
  });
}
