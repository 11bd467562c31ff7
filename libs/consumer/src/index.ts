export { Acknowledger, type AcknowledgerOptions, type TakenInLeaver } from './acknowledger.js';
export {
  type ConsumerCounts,
  type ConsumerHealth,
  type ConsumeViewsOptions,
  consumeViews,
  type Erasure,
  lagOf,
  UnprocessableMessage,
  type ViewConsumer,
  type ViewEvent,
} from './consume-views.js';
export type { ConsumerLog } from './consumer-log.js';
export { deadLetterTopic } from '#products';
export { finder, type Finding, type FindQuery, fold, folded, SearchTooCostly } from './finding.js';
export { extendHistory, type Facts, HISTORY_LIMIT, type HistoryEntry } from './history.js';
export { listRows, type ListRowsQuery, type RowPage } from './list-rows.js';
export { type PeopleQuery, type PeopleWords, type PersonRow, ProductPeople } from './product-people.js';
export { checkSignIn, type SignInCheck, type SignInState } from './sign-in.js';
export { RebuildableViews, type RebuildableViewsOptions } from './rebuildable-views.js';
export {
  isNews,
  openRevisionedStore,
  type RevisionedStore,
  type Version,
  type VersionedRow,
} from './revisioned-store.js';
