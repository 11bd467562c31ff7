import type { LoggerService } from '@nestjs/common';
import { describeError, framesOf } from './describe-error.js';
import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/** Injection token of the process' logger. */
export const LOGGER = Symbol('Logger');

/** Where attribute values or secrets could stand; they never reach a line. */
const REDACTED = ['req.headers.authorization', 'headers.authorization', 'token', '*.token', 'body', '*.body'];

/**
 * One JSON object a line on standard output, written in batches off the hot path and flushed when the process ends.
 * @param level lowest level written
 * @param destination instead of standard output
 */
export function createLogger(
  level: string,
  destination: DestinationStream = pino.destination({ sync: false, minLength: 0 }),
): Logger {
  return pino(
    {
      level,
      redact: { paths: REDACTED, censor: '[redacted]' },
      timestamp: pino.stdTimeFunctions.isoTime,
      base: null,
      serializers: { err: describeError },
      hooks: {
        // An error that comes without words would be given its own message as the line's.
        logMethod(given, method) {
          const [about, ...rest] = given as [unknown, ...unknown[]];
          const isError = about instanceof Error;
          const isWordless =
            rest.length === 0 && (isError || (about as { err?: unknown } | null)?.err instanceof Error);
          method.apply(this, isWordless ? [isError ? { err: about } : (about as object), 'Error'] : given);
        },
      },
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

/** Lets Nest speak through the process' logger; what it says of its own start-up is detail. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }
  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }
  error(message: unknown, ...rest: unknown[]): void {
    const [stack, context] = rest.length > 1 ? rest : [undefined, rest[0]];
    if (message instanceof Error) this.logger.error({ context, err: message }, 'Error');
    else
      this.logger.error({ context, stack: typeof stack === 'string' ? framesOf(stack) : undefined }, String(message));
  }
  debug(message: unknown, context?: string): void {
    this.logger.trace({ context }, String(message));
  }
  verbose(message: unknown, context?: string): void {
    this.logger.trace({ context }, String(message));
  }
}
