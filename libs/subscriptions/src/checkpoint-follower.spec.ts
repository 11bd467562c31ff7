import type { Projection } from '#projections';
import { CheckpointFollower, type CheckpointFollowerOptions } from './checkpoint-follower.js';
import { FakeReadModels } from './fakes/read-models.fake.js';

const projection = (name: string): Projection => ({
  name,
  collections: [{ name, indexes: [] }],
  touches: () => [],
  apply: (document) => document,
});

describe('CheckpointFollower', () => {
  let models: FakeReadModels;
  let looks: number;
  let follower: CheckpointFollower;
  const begin = async (options: Partial<CheckpointFollowerOptions> = {}) => {
    const counting = {
      declare: (definition: Parameters<FakeReadModels['declare']>[0]) => models.declare(definition),
      checkpoints: (names: readonly string[]) => {
        looks += 1;
        return models.checkpoints(names);
      },
    };
    const projections = ['users', 'groups', 'schemas'].map(projection);
    follower = new CheckpointFollower({ models: counting, projections, idleMs: 3_600_000, ...options });
    await follower.start();
  };
  const stand = (users: bigint, groups = users): void => {
    models.positions.set('users', users);
    models.positions.set('groups', groups);
  };

  beforeEach(() => {
    models = new FakeReadModels();
    looks = 0;
  });
  afterEach(() => follower.stop());

  it('tells the position that every required projection has passed, and of each where it stands', async () => {
    stand(20n, 10n);
    await begin({ required: ['users', 'groups'] });
    expect(follower.progress.current).toBe(10n);
    expect(follower.status()).toMatchObject([{ name: 'users', position: 20n }, { position: 10n }, { name: 'schemas' }]);
    expect([...models.collections.keys()]).toEqual(['users', 'groups', 'schemas']);
  });

  it('has passed nothing while one of them has not begun', async () => {
    models.positions.set('users', 20n);
    await begin({ required: ['users', 'groups'] });
    expect(follower.progress.current).toBeUndefined();
  });

  it('has passed nothing where a checkpoint is no place of a log', async () => {
    stand(2n ** 64n - 1n);
    await begin({ required: ['users', 'groups'] });
    expect(follower.progress.current).toBeUndefined();
  });

  it('has not passed any more what is being read anew', async () => {
    stand(20n);
    await begin({ required: ['users', 'groups'], idleMs: 1 });
    const turns = async (until: () => boolean) => {
      while (!until()) await new Promise(setImmediate);
    };
    models.positions.delete('users');
    await turns(() => follower.progress.current === undefined);
    expect(await follower.progress.waitFor(20n, 5)).toBe(false);
    stand(5n);
    await turns(() => follower.progress.current === 5n);
    const waiting = follower.progress.waitFor(20n, 60_000);
    stand(30n);
    expect(await waiting).toBe(true);
    stand(25n);
    await turns(() => follower.progress.current === 25n);
  });

  it('looks while somebody waits, and not otherwise', async () => {
    stand(10n);
    await begin({ required: ['users', 'groups'] });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(looks).toBe(1);
    const waiting = follower.progress.waitFor(30n, 60_000);
    const other = follower.progress.waitFor(20n, 60_000);
    while (looks < 5) await new Promise(setImmediate);
    stand(20n);
    expect(await other).toBe(true);
    stand(30n);
    expect(await waiting).toBe(true);
    const seen = looks;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(looks - seen).toBeLessThanOrEqual(1);
  });

  it('tells that nothing is known while the read models are away, and goes on when they are back', async () => {
    models.away = true;
    await begin({ required: ['users', 'groups'], idleMs: 1 }).catch(() => undefined);
    models.away = false;
    await follower.stop();
    await begin({ required: ['users', 'groups'], idleMs: 1 });
    models.away = true;
    while (!follower.status()[0]?.failing) await new Promise(setImmediate);
    expect(await follower.progress.waitFor(10n, 5)).toBe(false);
    models.away = false;
    stand(10n);
    expect(await follower.progress.waitFor(10n, 60_000)).toBe(true);
    expect(follower.status()[0]?.failing).toBe(false);
  });
});
