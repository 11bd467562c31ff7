import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModelsContract } from '../../read-models.contract.js';
import { openLmdbReadModels } from '../index.js';
import { PLAIN_SEARCHES } from './fakes/plain-searches.js';

const folder = mkdtempSync(join(tmpdir(), 'rollcall-searches-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Some hundred processes, one after the other: too slow for every run of the tests.
readModelsContract('lmdb, with a process for searches', (storage) =>
  openLmdbReadModels({ directory: join(folder, storage), searches: { entry: PLAIN_SEARCHES, eager: true } }),
);
