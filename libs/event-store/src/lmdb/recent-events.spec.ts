import { anEvent } from '../contract/test-log.contract.js';
import { encodeEvent, type LogEntry, recordedEvent, StreamFilter } from './event-codec.js';
import { RecentEvents } from './recent-events.js';

const MEGABYTE = 1024 * 1024;
const all = new StreamFilter(undefined);

function entries(from: number, count: number, data: object = {}): LogEntry[] {
  return Array.from({ length: count }, (_, i) => {
    const position = from + i;
    const event = recordedEvent(anEvent(data), `user-a.${position % 2}`, i, position, 0);
    const size = encodeEvent(event, event.stream, i, position, 0).length;
    return { event, size, place: { position, record: position } };
  });
}

/** With somebody who has seen nothing. */
function startingAt(last: number): RecentEvents {
  const recent = new RecentEvents(last);
  recent.keepFor({ position: last });
  return recent;
}

const positions = (recent: RecentEvents, after: number, filter = all, limit = Infinity): number[] | undefined =>
  recent.after(after, filter, limit)?.events.map((event) => Number(event.position));

describe('recent events', () => {
  it('gives those after a position, at most so many, and says how far it looked', () => {
    const recent = startingAt(10);
    recent.push(entries(11, 5));
    expect(positions(recent, 10)).toEqual([11, 12, 13, 14, 15]);
    expect(positions(recent, 12)).toEqual([13, 14, 15]);
    expect(positions(recent, 15)).toEqual([]);
    expect(recent.after(11, all, 2)).toMatchObject({ events: [{ position: 12n }, { position: 13n }], position: 13 });
    const odd = new StreamFilter(['user-a.1']);
    expect(recent.after(11, odd, 1)).toMatchObject({ events: [{ position: 13n }], position: 13 });
    expect(recent.after(13, odd, 9)).toMatchObject({ events: [{ position: 15n }], position: 15 });
  });

  it('lets go of what every reader has, and of all where there is none', () => {
    const recent = new RecentEvents(0);
    const [quick, slow] = [{ position: 0 }, { position: 0 }];
    const endSlow = [quick, slow].map((reader) => recent.keepFor(reader))[1];
    recent.push(entries(1, 5));
    quick.position = 5;
    recent.push(entries(6, 1));
    expect(positions(recent, 0)).toHaveLength(6);
    slow.position = 3;
    recent.push(entries(7, 1));
    expect(positions(recent, 2)).toBeUndefined();
    expect(positions(recent, 3)).toEqual([4, 5, 6, 7]);
    endSlow?.();
    recent.push(entries(8, 1));
    expect(positions(recent, 4)).toBeUndefined();
    expect(positions(recent, 5)).toEqual([6, 7, 8]);
    quick.position = 8;
    recent.push(entries(9, 1));
    expect(positions(recent, 8)).toEqual([9]);
  });

  it('sends a reader to the log that is further behind than memory reaches', () => {
    const recent = startingAt(10);
    recent.push(entries(11, 2));
    expect(positions(recent, 9)).toBeUndefined();
    for (let from = 13; from < 10_013; from += 100) recent.push(entries(from, 100));
    expect(recent.last).toBe(10_012);
    expect(positions(recent, 10_012 - 8193)).toBeUndefined();
    expect(positions(recent, 10_012 - 8192)).toHaveLength(8192);
  });

  it('is bounded in bytes too', () => {
    const recent = startingAt(0);
    for (let from = 1; from <= 40; from++) recent.push(entries(from, 1, { text: 'x'.repeat(MEGABYTE) }));
    expect(positions(recent, 40 - 16)).toBeUndefined();
    expect(positions(recent, 40 - 15)).toHaveLength(15);
  });

  it('forgets everything when the log was opened anew', () => {
    const recent = startingAt(0);
    recent.push(entries(1, 5));
    recent.reset(3);
    expect(recent.last).toBe(3);
    expect(positions(recent, 2)).toBeUndefined();
    recent.push(entries(4, 1));
    expect(positions(recent, 3)).toEqual([4]);
  });
});
