import { STRETCH_MS, turn } from './turn.js';

/** Cuts long work into stretches that leave the event loop free in between. */
export class Stretch {
  #end: number;

  constructor(private readonly ms = STRETCH_MS) {
    this.#end = performance.now() + ms;
  }

  /** Whether it is time to `rest`. */
  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Lets others run, and begins anew. To be called where `isOver`. */
  async rest(): Promise<void> {
    await turn();
    this.#end = performance.now() + this.ms;
  }
}
