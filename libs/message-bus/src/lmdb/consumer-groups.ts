import type { GroupConsumer } from './group-consumer.js';
import type { GroupOffsets } from './group-offsets.js';
import type { TopicLog } from './topic-log.js';

interface Member {
  readonly consumer: GroupConsumer;
  readonly topics: readonly TopicLog[];
}

/**
 * Who of a group reads which topic. A topic has one partition, so it has one reader per group: it stays with the
 * member that has it, and when that one leaves, the member with the fewest topics takes over at the committed offset.
 */
export class ConsumerGroups {
  readonly #members = new Map<string, Member[]>();

  constructor(private readonly offsets: GroupOffsets) {}

  join(group: string, consumer: GroupConsumer, topics: readonly TopicLog[]): void {
    const members = this.#members.get(group) ?? [];
    this.#members.set(group, [...members, { consumer, topics }]);
    this.#assign(group, topics);
  }

  leave(group: string, consumer: GroupConsumer): void {
    const members = this.#members.get(group) ?? [];
    const left = members.filter((member) => member.consumer !== consumer);
    if (left.length > 0) this.#members.set(group, left);
    else this.#members.delete(group);
    this.#assign(group, consumer.owned);
  }

  isReading(group: string, topic: TopicLog): boolean {
    return this.#members.get(group)?.some(({ consumer }) => consumer.owned.includes(topic)) ?? false;
  }

  all(): GroupConsumer[] {
    return [...this.#members.values()].flat().map(({ consumer }) => consumer);
  }

  #assign(group: string, topics: readonly TopicLog[]): void {
    const members = this.#members.get(group) ?? [];
    for (const topic of topics) {
      if (members.some(({ consumer }) => consumer.owned.includes(topic))) continue;
      const candidates = members.filter((member) => member.topics.includes(topic));
      candidates.sort((a, b) => a.consumer.owned.length - b.consumer.owned.length);
      let from = this.offsets.get(group, topic.id);
      // A group counts from its first moment: compaction must not run past a reader that has yet to commit.
      if (from === undefined) this.offsets.commit(group, topic.id, (from = 0));
      candidates[0]?.consumer.assign(topic, from);
    }
  }
}
