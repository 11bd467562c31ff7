import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';

export type { Logger };

/** Injection token of the process' logger. */
export const LOGGER = Symbol('Logger');

/** Where attribute values or secrets could stand; they never reach a line. */
const REDACTED = ['req.headers.authorization', 'headers.authorization', 'token', '*.token', 'body', '*.body'];

/**
 * One JSON object a line on standard output, written in batches off the hot path and flushed when the process ends.
 * @param level lowest level written
 */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      redact: { paths: REDACTED, censor: '[redacted]' },
      timestamp: pino.stdTimeFunctions.isoTime,
      base: null,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ sync: false, minLength: 0 }),
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
    this.logger.error({ context, stack }, message instanceof Error ? message.message : String(message));
  }
  debug(message: unknown, context?: string): void {
    this.logger.trace({ context }, String(message));
  }
  verbose(message: unknown, context?: string): void {
    this.logger.trace({ context }, String(message));
  }
}
