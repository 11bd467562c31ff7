/** pino's loggers fit. Attribute values never reach it. */
export interface ConsumerLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}
