import { importSuite } from './import-suite.js';

await importSuite('protocol');
