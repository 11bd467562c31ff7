import { ReadModelsUnavailable } from '../read-models.port.js';
import { openMongoReadModels } from './index.js';

describe('MongoDB that is away', () => {
  it('is declared to, and tells whoever asks, the most of them at once', async () => {
    await using models = openMongoReadModels({ uri: 'mongodb://127.0.0.1:9', serverSelectionTimeoutMs: 300 });
    await models.declare({ name: 'users', indexes: [] });
    const asked = Array.from({ length: 50 }, () => models.get('users', '1'));
    for (const answer of await Promise.allSettled(asked)) {
      expect(answer).toMatchObject({ status: 'rejected', reason: expect.any(ReadModelsUnavailable) });
    }
    let waits = 0;
    for (let i = 0; i < 50; i++) {
      const begun = performance.now();
      await expect(models.checkpoint('p')).rejects.toBeInstanceOf(ReadModelsUnavailable);
      if (performance.now() - begun > 250) waits += 1;
    }
    // The driver would take 300 ms for each.
    expect(waits).toBeLessThan(25);
  });
});
