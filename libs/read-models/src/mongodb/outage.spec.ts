import { ReadModelsUnavailable } from '../read-models.port.js';
import { openMongoReadModels } from './index.js';

describe('MongoDB that is away', () => {
  it('is declared to, and tells whoever asks, the most of them at once', async () => {
    await using models = openMongoReadModels({ uri: 'mongodb://127.0.0.1:9', serverSelectionTimeoutMs: 300 });
    await models.declare({ name: 'users', indexes: [] });
    const begun = performance.now();
    const asked = Array.from({ length: 50 }, () => models.get('users', '1'));
    for (const answer of await Promise.allSettled(asked)) {
      expect(answer).toMatchObject({ status: 'rejected', reason: expect.any(ReadModelsUnavailable) });
    }
    for (let i = 0; i < 50; i++) {
      await expect(models.checkpoint('p')).rejects.toBeInstanceOf(ReadModelsUnavailable);
    }
    // The driver would take 300 ms for each.
    expect(performance.now() - begun).toBeLessThan(50 * 300);
  });
});
