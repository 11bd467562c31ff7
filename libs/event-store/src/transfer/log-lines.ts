import { hash } from 'node:crypto';
import type { EventMetadata, NewEvent, RecordedEvent } from '../event-store.port.js';

/**
 * A log as lines of JSON: a header, each event in the order of the log, and an end that says how many there were. Every line
 * carries a sum over itself and all lines before it, so that what is cut, changed or out of place is noticed where it is.
 */
export const LOG_FORMAT = 'rollcall-log';
export const LOG_FORMAT_VERSION = 1;

/** An event as it is carried from one store to another; `position` and `recordedAt` are those of the store it comes from. */
export interface CarriedEvent extends Omit<NewEvent, 'dataJson'> {
  readonly stream: string;
  readonly revision: number;
  /** Decimal digits. */
  readonly position: string;
  /** Milliseconds since the epoch, UTC. */
  readonly recordedAt: number;
}

/** The lines are not a whole log as it was written, or not one that this release can read. */
export class NotALogFile extends Error {
  override readonly name = 'NotALogFile';
}

const SUM_DIGITS = 16;
const SUM = new RegExp(`,"sum":"([0-9a-f]{${SUM_DIGITS}})"}$`);

/** Adds to each line the sum over all up to it. */
class RunningSum {
  private sum = '';

  /** @param json an object's text @returns the same with its `sum` */
  sealed(json: string): string {
    return `${json.slice(0, -1)},"sum":"${this.next(json)}"}`;
  }

  /** @returns the object's text without its sum; undefined where the sum is not right */
  opened(line: string): string | undefined {
    const [suffix, sum] = SUM.exec(line) ?? [];
    if (suffix === undefined) return undefined;
    const json = `${line.slice(0, -suffix.length)}}`;
    return this.next(json) === sum ? json : undefined;
  }

  private next(json: string): string {
    this.sum = hash('sha256', this.sum + json, 'hex');
    return this.sum.slice(0, SUM_DIGITS);
  }
}

/** The lines of a log, without their ends. @param exportedAt UTC */
export async function* writeLogLines(events: AsyncIterable<RecordedEvent>, exportedAt: string): AsyncGenerator<string> {
  const sum = new RunningSum();
  yield sum.sealed(JSON.stringify({ format: LOG_FORMAT, version: LOG_FORMAT_VERSION, exportedAt }));
  let count = 0;
  for await (const { stream, revision, position, recordedAt, id, type, metadata, data } of events) {
    const event: CarriedEvent = { stream, revision, position: `${position}`, recordedAt, id, type, metadata, data };
    yield sum.sealed(JSON.stringify(event));
    count++;
  }
  yield sum.sealed(JSON.stringify({ end: true, events: count }));
}

/**
 * The events of lines that `writeLogLines` wrote.
 * @throws NotALogFile naming the line; all events before it are as they were written
 */
export async function* readLogLines(lines: AsyncIterable<string>): AsyncGenerator<CarriedEvent> {
  const sum = new RunningSum();
  let number = 0;
  let count = 0;
  let ended = false;
  for await (const line of lines) {
    number++;
    if (ended) throw new NotALogFile(`Line ${number} stands behind the end of the log`);
    const json = sum.opened(line);
    if (json === undefined)
      throw new NotALogFile(`Line ${number} is not as it was written, or lines before it are missing`);
    const value = JSON.parse(json) as Record<string, unknown>;
    if (number === 1) checkHeader(value);
    else if (value['end'] === true) {
      if (value['events'] !== count)
        throw new NotALogFile(`The log ends after ${count} events; ${String(value['events'])} were written`);
      ended = true;
    } else {
      count++;
      yield carried(value, number);
    }
  }
  if (!ended) throw new NotALogFile(`The log is cut off after line ${number}: its end is missing`);
}

function checkHeader({ format, version }: Readonly<Record<string, unknown>>): void {
  if (format !== LOG_FORMAT) throw new NotALogFile('This is not a log that `rollcall export` wrote');
  if (version !== LOG_FORMAT_VERSION) {
    throw new NotALogFile(`The log is of format ${String(version)}; this release reads ${LOG_FORMAT_VERSION}`);
  }
}

function carried(value: Readonly<Record<string, unknown>>, number: number): CarriedEvent {
  const { stream, revision, position, recordedAt, id, type, metadata, data } = value;
  const texts = [stream, position, id, type].every((text) => typeof text === 'string' && text !== '');
  const objects = [metadata, data].every((object) => typeof object === 'object' && object !== null);
  if (!texts || !objects || !Number.isSafeInteger(revision) || typeof recordedAt !== 'number') {
    throw new NotALogFile(`Line ${number} is not an event`);
  }
  return {
    ...{ stream: stream as string, revision: revision as number, position: position as string, recordedAt },
    ...{ id: id as string, type: type as string, metadata: metadata as EventMetadata, data: data as object },
  };
}
