import { serveSearches } from './serve-searches.js';

// A search process for collections without derived fields.
await serveSearches([]);
