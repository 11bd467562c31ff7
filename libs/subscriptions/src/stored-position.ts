import { isPosition } from '#event-store';
import type { ReadModels } from '#read-models';

/**
 * Where a follower of the log goes on: its checkpoint, undefined where it has none. One that is no place of a log is
 * forgotten: releases before this one stored what EventStoreDB before 24.10.5 told a follower that had been sent nothing, and
 * went on at the end of the log. As nothing was read until then, beginning anew is right, and what was passed over since is
 * made up for.
 * @param beside checkpoints that mean nothing without this one, forgotten with it
 */
export async function storedPosition(
  models: Pick<ReadModels, 'checkpoint' | 'reset'>,
  name: string,
  beside: readonly string[] = [],
): Promise<bigint | undefined> {
  const stored = await models.checkpoint(name);
  if (stored === undefined || isPosition(stored)) return stored;
  await models.reset([], [name, ...beside]);
  return undefined;
}
