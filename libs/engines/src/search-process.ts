import { GROUPS, USERS } from '#projections';
import { serveSearches } from '#read-models/lmdb';

// The process in which the embedded read models search; see ADR 0040.
await serveSearches([USERS, GROUPS]);
