import { existsSync } from 'node:fs';

/** Compiled, as a process cannot be begun from sources. */
export const PLAIN_SEARCHES = new URL(
  '../../../../../../dist/libs/read-models/src/lmdb/searches/plain-searches.js',
  import.meta.url,
);
if (!existsSync(PLAIN_SEARCHES)) throw new Error('npm run build comes before this');
