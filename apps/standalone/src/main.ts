import 'reflect-metadata';
import { run } from '../../scim-gateway/src/run.js';
import { startStandalone } from './standalone.js';

await run((config, logger) => startStandalone(config, logger));
