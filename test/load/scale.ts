/** How long and how large the bench is. Times in seconds. */
export interface Scale {
  readonly userCounts: readonly [number, number, number];
  readonly groupSizes: readonly number[];
  /** Interleaved rounds where a ratio is taken. */
  readonly rounds: number;
  readonly warmUp: number;
  readonly yardstickRound: number;
  readonly createRound: number;
  /** One kind of request at one size. */
  readonly probe: number;
  readonly entra: number;
}

/** About six minutes. */
export const FULL: Scale = {
  userCounts: [1_000, 10_000, 100_000],
  groupSizes: [100, 1_000, 10_000, 50_000],
  rounds: 3,
  warmUp: 4,
  yardstickRound: 3,
  createRound: 6,
  probe: 2,
  entra: 6,
};

/** Under a minute and a half. */
export const QUICK: Scale = {
  userCounts: [1_000, 5_000, 20_000],
  groupSizes: [100, 1_000, 5_000],
  rounds: 2,
  warmUp: 1.5,
  yardstickRound: 1,
  createRound: 2,
  probe: 0.8,
  entra: 2,
};

/** In flight at once where throughput is compared. */
export const CONCURRENCY = 64;
