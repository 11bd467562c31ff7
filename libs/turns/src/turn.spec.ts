import { Stretch } from './stretch.js';
import { STRETCH_MS, turn, Turns } from './turn.js';

/** A process whose time goes by where it is told to, and whose event loop tells of each round. */
function process(othersMs = 0) {
  const told: string[] = [];
  let now = 0;
  const turns = new Turns({
    now: () => now,
    goRound: (callback) =>
      void setImmediate(() => {
        told.push('-');
        now += othersMs;
        callback();
      }),
  });
  /** Work in stretches of so long. */
  const long = async (name: string, stretches: number, ms: number): Promise<void> => {
    for (let n = 0; n < stretches; n++) {
      await turns.next();
      // What is awaited without the world's doing belongs to the stretch.
      await Promise.resolve();
      told.push(name);
      now += ms;
    }
  };
  return { told, long };
}

describe('turn', () => {
  it('is given one piece of long work at a time, and others come between two', async () => {
    const { told, long } = process();
    await Promise.all([long('a', 3, STRETCH_MS), long('b', 3, STRETCH_MS)]);
    expect(told.join('')).toBe('-a-b-a-b-a-b');
  });

  it('gives short stretches together as long as one may take', async () => {
    const { told, long } = process();
    await Promise.all([long('a', 2, STRETCH_MS / 2), long('b', 2, STRETCH_MS / 2)]);
    expect(told.join('')).toBe('-ab-ab');
  });

  it('gives long work as much as others took, and no more than 10 ms of it', async () => {
    const busy = process(5);
    await Promise.all(['a', 'b', 'c'].map((name) => busy.long(name, 20, STRETCH_MS)));
    expect(busy.told.join('')).toMatch(/^(-[abc]{10}){6}$/);
    const full = process(1_000);
    await Promise.all(['a', 'b', 'c'].map((name) => full.long(name, 20, STRETCH_MS)));
    expect(full.told.join('')).toMatch(/^(-[abc]{20}){3}$/);
  });

  it('is given to everybody, however many wait', async () => {
    const given: number[] = [];
    await Promise.all(Array.from({ length: 500 }, async (_, n) => turn().then(() => given.push(n))));
    expect(given).toEqual(Array.from({ length: 500 }, (_, n) => n));
  });
});

describe('Stretch', () => {
  it('is over when its time is used up, and new after a rest', async () => {
    const stretch = new Stretch(5);
    for (const end = performance.now() + 6; performance.now() < end;);
    expect(stretch.isOver).toBe(true);
    await stretch.rest();
    const again = new Stretch(3_600_000);
    expect(again.isOver).toBe(false);
  });
});
