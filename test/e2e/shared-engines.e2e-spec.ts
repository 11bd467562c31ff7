import { SharedEngines } from '../support/shared-engines.js';
import { sharedEnginesSuite } from '../support/shared-engines.suite.js';

sharedEnginesSuite('LMDB', () => SharedEngines.start());
