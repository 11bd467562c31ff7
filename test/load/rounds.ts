import type { Sample } from './drive.js';

/** A B C A B C …, after one unmeasured turn. @returns medians in the order of `loads` */
export async function inTurns(
  rounds: number,
  loads: readonly ((seconds: number) => Promise<Sample>)[],
  seconds: number,
): Promise<Sample[]> {
  for (const load of loads) await load(seconds / 2);
  const samples: Sample[][] = loads.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, load] of loads.entries()) samples[i]?.push(await load(seconds));
  }
  return samples.map(medianSample);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** The median of each figure over several rounds of the same load. */
export function medianSample(samples: readonly Sample[]): Sample {
  const of = (figure: keyof Sample): number => median(samples.map((sample) => sample[figure]));
  return {
    requests: samples.reduce((sum, { requests }) => sum + requests, 0),
    seconds: samples.reduce((sum, { seconds }) => sum + seconds, 0),
    rate: of('rate'),
    p50: of('p50'),
    p99: of('p99'),
    cpu: of('cpu'),
    generator: of('generator'),
  };
}
