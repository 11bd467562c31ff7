import { SettingsError } from '../settings-error.js';
import type { GuardCommand, GuardEvent, Hold } from './guard.js';

/** @throws SettingsError */
export function decideGuard(
  { holds }: { readonly holds: Readonly<Record<string, Hold>> },
  command: GuardCommand,
): GuardEvent[] {
  const hold = Object.hasOwn(holds, command.holdId) ? holds[command.holdId] : undefined;
  switch (command.type) {
    case 'HoldDeprovisioning': {
      const { type: _type, ...data } = command;
      // Whoever notices may notice again after a crash; there is one hold at a time.
      return Object.keys(holds).length > 0 ? [] : [{ type: 'DeprovisioningHeld', data }];
    }
    case 'ReleaseDeprovisioning': {
      if (!hold) throw noSuchHold();
      if (hold.status === 'undoing') throw new SettingsError('conflict', 'The departures are being undone already');
      const { holdId, passUntil } = command;
      return [{ type: 'DeprovisioningReleased', data: { holdId, ...(passUntil !== undefined && { passUntil }) } }];
    }
    case 'StartUndo':
      if (!hold) throw noSuchHold();
      return hold.status === 'undoing' ? [] : [{ type: 'DeprovisioningUndoStarted', data: { holdId: hold.id } }];
    case 'FinishUndo': {
      const { holdId, restored, failed } = command;
      return hold?.status === 'undoing' ? [{ type: 'DeprovisioningUndone', data: { holdId, restored, failed } }] : [];
    }
  }
}

const noSuchHold = (): SettingsError =>
  new SettingsError('notFound', 'Nothing is held under this id, or it was released or undone already');
