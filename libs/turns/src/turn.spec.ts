import { setImmediate as nextRound } from 'node:timers/promises';
import { Stretch } from './stretch.js';
import { STRETCH_MS, turn } from './turn.js';

/** Keeps the process busy. */
function work(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

describe('turn', () => {
  it('is given one piece of long work at a time, and others come between two', async () => {
    const told: string[] = [];
    const long = async (name: string): Promise<void> => {
      for (let n = 0; n < 3; n++) {
        await turn();
        // What is awaited without the world's doing belongs to the stretch.
        await Promise.resolve();
        told.push(name);
        work(STRETCH_MS * 2);
      }
    };
    let ended = false;
    const others = async (): Promise<void> => {
      while (!ended) {
        told.push('-');
        await nextRound();
      }
    };
    const answered = others();
    await Promise.all([long('a'), long('b')]);
    ended = true;
    await answered;
    const order = told.join('').replace(/-+/g, '-');
    expect(order).toMatch(/^-(a-b-){3}$|^-(a-b-){2}a-b$/);
  });

  it('gives long work as much as others took', async () => {
    let stretches = 0;
    let ended = false;
    const long = async (): Promise<void> => {
      while (!ended) {
        await turn();
        work(STRETCH_MS);
        stretches++;
      }
    };
    const pieces = [long(), long(), long(), long()];
    const rounds = 20;
    for (let n = 0; n < rounds; n++) {
      work(5);
      await nextRound();
    }
    ended = true;
    await Promise.all(pieces);
    // One in each round would be a tenth of what others take.
    expect(stretches).toBeGreaterThan(rounds * 2);
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
    work(6);
    expect(stretch.isOver).toBe(true);
    await stretch.rest();
    const again = new Stretch(1_000);
    expect(again.isOver).toBe(false);
  });
});
