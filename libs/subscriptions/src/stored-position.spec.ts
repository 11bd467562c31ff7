import { FakeReadModels } from './fakes/read-models.fake.js';
import { storedPosition } from './stored-position.js';

describe('storedPosition', () => {
  it('is the checkpoint', async () => {
    const models = new FakeReadModels();
    expect(await storedPosition(models, 'relay')).toBeUndefined();
    models.positions.set('relay', 2n ** 63n - 1n);
    expect(await storedPosition(models, 'relay')).toBe(2n ** 63n - 1n);
  });

  it('is none where the checkpoint is no place of a log, which is forgotten with what goes with it', async () => {
    const models = new FakeReadModels();
    models.positions.set('relay', 2n ** 64n - 1n);
    models.positions.set('beside', 3n);
    models.positions.set('other', 3n);
    expect(await storedPosition(models, 'relay', ['beside'])).toBeUndefined();
    expect([...models.positions]).toEqual([['other', 3n]]);
  });
});
