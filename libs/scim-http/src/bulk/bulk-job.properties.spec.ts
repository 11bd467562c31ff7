import { type BulkOperation, type JsonValue, parseBulkRequest, ScimError } from '#scim';
import fc from 'fast-check';
import { statusOf } from '../scim-error.response.js';
import { BulkJob, type BulkJobParts } from './bulk-job.js';
import { SUCCESS_STATUS } from './bulk-result.js';
import { FakeDirectory } from './fakes/directory.fake.js';

const context = { tenant: 'acme', correlationId: 'r1' };

function partsOn(directory: FakeDirectory): BulkJobParts {
  return {
    context,
    baseUrl: 'https://scim.example.com',
    writes: { Users: directory.users, Groups: directory.groups },
    concurrency: 32,
    rest: async () => undefined,
    expectAllowed: () => undefined,
    whoHolds: (userName) => directory.whoHolds(userName),
    answerFor: (exception) => {
      if (!(exception instanceof ScimError)) throw exception;
      return { status: statusOf(exception) };
    },
  };
}

type Operation = { method: BulkOperation['method']; path: string; data?: JsonValue; bulkId?: string; version?: string };

/** Runs the job with every interleaving that the scheduler thinks of. */
async function runInterleaved(
  scheduler: fc.Scheduler,
  seed: (directory: FakeDirectory) => Promise<void>,
  body: { Operations: Operation[]; failOnErrors?: number | undefined },
) {
  let seeded = false;
  const directory = new FakeDirectory(async () => {
    if (seeded) await scheduler.schedule(Promise.resolve());
  });
  await seed(directory);
  seeded = true;
  const job = new BulkJob(parseBulkRequest(body, 1_000), partsOn(directory));
  const results = await scheduler.waitFor(job.run());
  return { directory, results };
}

/** Ids as the fake gives them: the first ones are there before the job. */
const idOf = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

describe('laws of a bulk job', () => {
  describe('references backwards', () => {
    const NAMES = ['a', 'b', 'c', 'd'];
    const seed = async (directory: FakeDirectory): Promise<void> => {
      for (const userName of ['a', 'b', 'c']) await directory.users.create(context, { userName });
      const members = [{ value: idOf(1) }, { value: idOf(2) }];
      await directory.groups.create(context, { displayName: 'g', members });
      await directory.groups.create(context, { displayName: 'h', members: [{ value: idOf(4) }] });
      await directory.users.remove(context, idOf(3), undefined);
    };
    const name = fc.constantFrom(...NAMES);
    const version = fc.option(fc.constantFrom('0', '1', '2'), { nil: undefined, freq: 5 });

    /** The operation at a place, which may refer to what is made before it. */
    const operationAt = (index: number): fc.Arbitrary<Operation> => {
      const earlier = Array.from({ length: index }, (_, n) => `bulkId:o${n}`);
      // Few things, so that many operations meet at one.
      const user = fc.constantFrom(idOf(1), idOf(2), idOf(3), 'bulkId:o0', 'bulkId:o0', ...earlier);
      const group = fc.constantFrom(idOf(4), idOf(5), 'bulkId:o1', 'bulkId:o1', ...earlier);
      const anybody = fc.constantFrom(idOf(1), idOf(2), idOf(3), idOf(4), 'bulkId:o0', ...earlier);
      const members = fc.uniqueArray(anybody, { maxLength: 2 }).map((ids) => ids.map((value) => ({ value })));
      const patch = (operation: object) => ({ Operations: [operation] }) as unknown as JsonValue;
      const bulkId = `o${index}`;
      const made: fc.Arbitrary<Operation>[] = [
        fc.record({ userName: name }).map((data) => ({ method: 'POST', path: '/Users', bulkId, data })),
        fc
          .record({ userName: name, manager: fc.record({ value: anybody }) })
          .map((data) => ({ method: 'POST', path: '/Users', bulkId, data })),
        fc
          .record({ displayName: fc.constant(`g${index}`), members })
          .map((data) => ({ method: 'POST', path: '/Groups', bulkId, data })),
      ];
      const ofUser: fc.Arbitrary<{ method: 'PATCH' | 'PUT' | 'DELETE'; data?: JsonValue }>[] = [
        name.map((value) => ({ method: 'PATCH', data: patch({ op: 'replace', path: 'userName', value }) })),
        name.map((userName) => ({ method: 'PATCH', data: patch({ op: 'replace', value: { userName } }) })),
        fc.constant({ method: 'PATCH', data: patch({ op: 'replace', path: 'title', value: `t${index}` }) }),
        anybody.map((value) => ({ method: 'PATCH', data: patch({ op: 'add', path: 'manager', value: { value } }) })),
        name.map((userName) => ({ method: 'PUT', data: { userName, title: `t${index}` } })),
        fc.constant({ method: 'DELETE' }),
      ];
      const ofGroup: typeof ofUser = [
        members.map((value) => ({ method: 'PATCH', data: patch({ op: 'add', path: 'members', value }) })),
        anybody.map((id) => ({ method: 'PATCH', data: patch({ op: 'remove', path: `members[value eq "${id}"]` }) })),
        members.map((value) => ({ method: 'PUT', data: { displayName: `g${index}`, members: value } })),
        fc.constant({ method: 'DELETE' }),
      ];
      const changed = (endpoint: string, target: fc.Arbitrary<string>, kinds: typeof ofUser): fc.Arbitrary<Operation> =>
        fc.tuple(target, fc.oneof(...kinds), version).map(([id, kind, match]) => ({
          ...kind,
          path: `/${endpoint}/${id}`,
          ...(match !== undefined && { version: match }),
        }));
      return fc.oneof(...made, changed('Users', user, ofUser), changed('Groups', group, ofGroup));
    };
    const first: Operation[] = [
      { method: 'POST', path: '/Users', bulkId: 'o0', data: { userName: 'e' } },
      { method: 'POST', path: '/Groups', bulkId: 'o1', data: { displayName: 'g1', members: [{ value: 'bulkId:o0' }] } },
    ];
    const jobs = fc
      .integer({ min: 1, max: 8 })
      .chain((length) => fc.tuple(...Array.from({ length }, (_, n) => operationAt(first.length + n))))
      .map((rest) => [...first, ...rest]);

    /** The same operations as single requests, one after the other. */
    async function runOneByOne(operations: readonly Operation[], failOnErrors = Infinity) {
      const directory = new FakeDirectory();
      await seed(directory);
      const made = new Map<string, string>();
      const statuses: (number | undefined)[] = [];
      for (const { method, path, data, bulkId, version: match } of operations) {
        if (statuses.filter((status) => (status ?? 0) >= 400).length >= failOnErrors) {
          statuses.push(undefined);
          continue;
        }
        const text = JSON.stringify({ path, data });
        const labels = [...text.matchAll(/bulkId:(o\d+)/g)].map(([, label]) => label ?? '');
        try {
          for (const label of labels) {
            if (made.has(label)) continue;
            const isPost = operations.some((other) => other.bulkId === label);
            throw new ScimError(isPost ? 'conflict' : 'invalidValue', 'unresolved');
          }
          const resolved = text.replace(/bulkId:(o\d+)/g, (_, label: string) => made.get(label) ?? '');
          const request = JSON.parse(resolved) as { path: string; data: JsonValue };
          const [, endpoint, id = ''] = request.path.split('/') as [string, 'Users' | 'Groups', string?];
          const writes = endpoint === 'Users' ? directory.users : directory.groups;
          if (method === 'POST') made.set(bulkId ?? '', (await writes.create(context, request.data)).id);
          else if (method === 'PUT') await writes.replace(context, id, request.data, match);
          else if (method === 'PATCH') await writes.patch(context, id, request.data, match);
          else await writes.remove(context, id, match);
          statuses.push(SUCCESS_STATUS[endpoint][method]);
        } catch (error) {
          statuses.push(statusOf(error as ScimError));
        }
      }
      return { directory, statuses };
    }

    it('leave what one operation after the other leaves, and tell the same (RFC 7644 §3.7)', async () => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), jobs, async (scheduler, Operations) => {
          const expected = await runOneByOne(Operations);
          const { directory, results } = await runInterleaved(scheduler, seed, { Operations });
          expect(results.map((result) => result?.status)).toEqual(expected.statuses);
          expect(directory.snapshot()).toEqual(expected.directory.snapshot());
        }),
        { numRuns: 800 },
      );
    });

    it('stop where one operation after the other stops with failOnErrors', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.scheduler(),
          jobs,
          fc.integer({ min: 1, max: 4 }),
          async (scheduler, Operations, failOnErrors) => {
            const expected = await runOneByOne(Operations, failOnErrors);
            const { directory, results } = await runInterleaved(scheduler, seed, { Operations, failOnErrors });
            expect(results.map((result) => result?.status)).toEqual(expected.statuses);
            expect(directory.snapshot()).toEqual(expected.directory.snapshot());
          },
        ),
        { numRuns: 500 },
      );
    });
  });

  it('makes everything in any graph of references, forwards and in circles (RFC 7644 §3.7.1)', async () => {
    const graphs = fc.integer({ min: 1, max: 8 }).chain((size) =>
      fc.array(
        fc.record({
          isUser: fc.boolean(),
          refersTo: fc.uniqueArray(fc.nat({ max: size - 1 }), { maxLength: 3 }),
        }),
        { minLength: size, maxLength: size },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), graphs, async (scheduler, nodes) => {
        // A user has one manager, themselves perhaps; a group is no member of itself.
        const graph = nodes.map(({ isUser, refersTo }, n) => ({
          isUser,
          refersTo: isUser ? refersTo.slice(0, 1) : refersTo.filter((other) => other !== n),
        }));
        const Operations = graph.map(({ isUser, refersTo }, n): Operation => {
          const references = refersTo.map((other) => ({ value: `bulkId:n${other}` }));
          const data = isUser
            ? { userName: `n${n}`, ...(references[0] && { manager: references[0] }) }
            : { displayName: `n${n}`, members: references };
          return { method: 'POST', path: isUser ? '/Users' : '/Groups', bulkId: `n${n}`, data };
        });
        const { directory, results } = await runInterleaved(scheduler, async () => undefined, { Operations });
        expect(results.map((result) => result?.status)).toEqual(graph.map(() => 201));
        const { people, teams } = directory.snapshot() as {
          people: { userName: string; manager?: string }[];
          teams: { displayName: string; members: string[] }[];
        };
        for (const { userName, manager } of people) {
          expect(manager).toBe(graph[Number(userName.slice(1))]?.refersTo.map((n) => `n${n}`)[0]);
        }
        for (const { displayName, members } of teams) {
          expect(members).toEqual(graph[Number(displayName.slice(1))]?.refersTo.map((n) => `n${n}`).sort());
        }
        expect(people.length + teams.length).toBe(graph.length);
      }),
      { numRuns: 500 },
    );
  });
});
