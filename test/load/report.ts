import { cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Sample } from './drive.js';

/** One requirement in numbers. `ok` is undefined where it could not be measured. */
export interface Verdict {
  readonly bar: string;
  readonly value: string;
  readonly bound: string;
  readonly ok: boolean | undefined;
}

const SAMPLE_HEAD = ['req/s', 'p50 ms', 'p99 ms', 'server CPU us/req', 'generator CPU', 'requests'];

/** Prints tables as they come in and keeps the verdicts for the end. */
export class Report {
  readonly #verdicts: Verdict[] = [];

  machine(): void {
    const [cpu] = cpus();
    this.line(
      `${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${gib(totalmem())} GiB, ` +
        `${type()} ${release()}, node ${process.version}, load average at start ${loadavg()[0]?.toFixed(1)}`,
    );
  }

  line(text = ''): void {
    process.stdout.write(`${text}\n`);
  }

  section(title: string): void {
    this.line(`\n## ${title}`);
  }

  /** Rows of samples under the columns that `labels` names. */
  samples(labels: readonly string[], rows: readonly (readonly [...string[], Sample])[]): void {
    this.table(
      [...labels, ...SAMPLE_HEAD],
      rows.map((row) => [...(row.slice(0, -1) as string[]), ...sampleCells(row.at(-1) as Sample)]),
    );
  }

  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
    // The first column is words, the others are mostly figures.
    const text = (row: readonly string[]): string =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
    this.line(text(head));
    this.line(widths.map((width) => '-'.repeat(width)).join('  '));
    for (const row of rows) this.line(text(row));
  }

  atLeast(bar: string, value: number, bound: number, unit = ''): void {
    this.#judge(bar, value, `>= ${figure(bound)}${unit}`, value >= bound, unit);
  }

  atMost(bar: string, value: number, bound: number, unit = ''): void {
    this.#judge(bar, value, `<= ${figure(bound)}${unit}`, value <= bound, unit);
  }

  /** @returns whether every bar that was asked for is met */
  verdicts(): boolean {
    if (this.#verdicts.length === 0) return true;
    this.section('Bars');
    this.table(
      ['bar', 'value', 'bound', 'verdict'],
      this.#verdicts.map(({ bar, value, bound, ok }) => [bar, value, bound, verdictText(ok)]),
    );
    return this.#verdicts.every(({ ok }) => ok === true);
  }

  #judge(bar: string, value: number, bound: string, ok: boolean, unit: string): void {
    const known = Number.isFinite(value);
    this.#verdicts.push({ bar, value: known ? `${figure(value)}${unit}` : 'n/a', bound, ok: known ? ok : undefined });
  }
}

function verdictText(ok: boolean | undefined): string {
  if (ok === undefined) return 'not measured';
  return ok ? 'ok' : 'NOT ok';
}

function sampleCells({ rate, p50, p99, cpu, generator, requests }: Sample): string[] {
  return [
    rate.toFixed(0),
    p50.toFixed(2),
    p99.toFixed(2),
    Number.isFinite(cpu) ? cpu.toFixed(0) : 'n/a',
    `${(generator * 100).toFixed(0)} %`,
    String(requests),
  ];
}

export function figure(value: number): string {
  if (!Number.isFinite(value)) return 'n/a';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2);
}

function gib(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(0);
}

/** How cost grows with size: 0 not at all, 1 in step. */
export function exponent(smallCost: number, largeCost: number, smallSize: number, largeSize: number): number {
  return Math.log(largeCost / smallCost) / Math.log(largeSize / smallSize);
}

export function thousands(count: number): string {
  return count % 1000 === 0 ? `${count / 1000}k` : String(count);
}
