import type { JsonValue } from '#scim';
import { sameJson } from '#scim';

/** What a product saw change at one moment. */
export interface HistoryEntry {
  /** When it happened at the source. RFC 3339, UTC. */
  readonly at: string;
  /** Id of the event behind it. */
  readonly event: string;
  /** Fact → before and after; absent in the first entry, when the person became known. */
  readonly changes?: Readonly<Record<string, { readonly from?: JsonValue; readonly to?: JsonValue }>>;
}

export type Facts = Readonly<Record<string, JsonValue | undefined>>;

/** Most entries kept of one person. */
export const HISTORY_LIMIT = 50;

/** The history after `is` took the place of `was`: unchanged where they are the same; the oldest entries go first. */
export function extendHistory(
  history: readonly HistoryEntry[],
  was: Facts | undefined,
  is: Facts,
  { at, event }: Pick<HistoryEntry, 'at' | 'event'>,
  most = HISTORY_LIMIT,
): readonly HistoryEntry[] {
  if (!was) return [...history, { at, event }];
  const changes: Record<string, { from?: JsonValue; to?: JsonValue }> = {};
  for (const name of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const [from, to] = [was[name], is[name]];
    if (from === undefined ? to === undefined : to !== undefined && sameJson(from, to)) continue;
    changes[name] = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  }
  if (Object.keys(changes).length === 0) return history;
  return [...history, { at, event, changes }].slice(-most);
}
