export {
  type ConsumeViewsOptions,
  consumeViews,
  type Erasure,
  UnprocessableMessage,
  type ViewConsumer,
  type ViewEvent,
} from './consume-views.js';
export type { ConsumerLog } from './consumer-log.js';
export { deadLetterTopic } from './dead-letters.js';
export {
  isNews,
  openRevisionedStore,
  type RevisionedStore,
  type Version,
  type VersionedRow,
} from './revisioned-store.js';
export { listRows, type ListRowsQuery, type RowPage } from './list-rows.js';
export { type PeopleWords, ProductPeople } from './product-people.js';
