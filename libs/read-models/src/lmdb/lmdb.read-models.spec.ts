import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModelsContract } from '../read-models.contract.js';
import { openLmdbReadModels } from './lmdb.read-models.js';

const folder = mkdtempSync(join(tmpdir(), 'rollcall-read-models-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

readModelsContract('lmdb', (storage) => openLmdbReadModels({ directory: join(folder, storage) }));
