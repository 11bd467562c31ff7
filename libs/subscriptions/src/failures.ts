import type { RecordedEvent } from '#event-store';

/**
 * This event will never work: it is to be parked, and the log followed on after it. Any other error means that
 * something is away for now, and that the same batch is to be tried again.
 */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
  /**
   * @param event the one that fails, where the handler knows; otherwise it is found by handing over ever smaller parts
   *   of the batch
   */
  constructor(
    message: string,
    readonly event?: Pick<RecordedEvent, 'position'>,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What the loops report; pino's loggers fit. Attribute values never reach it. */
export interface SubscriptionLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export const SILENT: SubscriptionLog = { info: () => {}, warn: () => {}, error: () => {} };
